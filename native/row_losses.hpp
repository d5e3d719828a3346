// Losses that see a whole row of outputs at once: see losses.hpp for what `row` does.
#pragma once

#include "losses.hpp"

namespace chainrule::CHAINRULE_ISA {

// What the losses of this file share: the loop over the outputs is plain, one number at a
// time.
template <class T>
inline void add(Vec<T>& total, T value) {
  total[0] += value;
}

// The targets of categorical losses, as a function of the class: one number each, or one class.
template <class T>
struct OneHot {
  const T* y;
  T operator()(std::int64_t j) const { return y[j]; }
};
template <class T>
struct ClassNumber {
  const T* y;
  T operator()(std::int64_t j) const { return static_cast<std::int64_t>(*y) == j ? T(1) : T(0); }
};

// q = a / sum(a), clipped: loss = -sum y log q. With g = dL/dq: dL/da = (g - sum g q) / sum(a).
template <bool Delta, class T, class Target>
inline void categorical_row(const T* a, Target y, T* d, std::int64_t n, Weights<T> weights,
                            Vec<T>& total) {
  const T least = static_cast<T>(kEpsilon), most = static_cast<T>(1 - kEpsilon);
  T sum = 0, loss = 0, shared = 0;
  for (std::int64_t j = 0; j < n; ++j) sum += a[j];
  const auto gradient = [&](std::int64_t j) {
    const T q = a[j] / sum;
    return q < least || q > most ? T(0) : -y(j) / q;
  };
  for (std::int64_t j = 0; j < n; ++j) {
    const T q = a[j] / sum, clipped = q < least ? least : q > most ? most : q;
    if (y(j) != 0) loss -= y(j) * std::log(clipped);
    shared += gradient(j) * q;
  }
  add<T>(total, weights.value * loss);
  if constexpr (Delta) {
    for (std::int64_t j = 0; j < n; ++j) {
      d[j] = weights.delta * (gradient(j) - shared) / sum;
    }
  }
}

// loss = -sum y (z - log sum exp z);  dL/dz = softmax(z) sum(y) - y
template <bool Delta, class T, class Target>
inline void categorical_logits_row(const T* z, Target y, T* d, std::int64_t n, Weights<T> weights,
                                   Vec<T>& total) {
  constexpr int L = kLanes<T>;
  T most = z[0];
  for (std::int64_t j = 1; j < n; ++j) most = z[j] > most ? z[j] : most;
  Vec<T> sums = {};
  for (std::int64_t c = 0; c < n; c += L) {
    const Vec<T> e = first_lanes<T>(exp_below_most<T>(load(z + c) - most), n - c);
    if constexpr (Delta) store(d + c, e);
    sums += e;
  }
  const T sum = sum_of_lanes<T>(sums), log_sum = most + std::log(sum);
  T loss = 0, targets = 0;
  for (std::int64_t j = 0; j < n; ++j) {
    if (y(j) != 0) loss -= y(j) * (z[j] - log_sum);
    targets += y(j);
  }
  add<T>(total, weights.value * loss);
  if constexpr (Delta) {
    const T factor = targets / sum;
    for (std::int64_t j = 0; j < n; ++j) d[j] = weights.delta * (d[j] * factor - y(j));
  }
}

struct CategoricalCrossentropy {
  static constexpr const char* kName = "categorical_crossentropy";
  static constexpr bool kMean = true;
  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, std::int64_t n, const T* /*p*/, Weights<T> weights,
                  Vec<T>& total) {
    categorical_row<Delta>(a, OneHot<T>{y}, d, n, weights, total);
  }
};

struct CategoricalCrossentropyFromLogits {
  static constexpr const char* kName = "categorical_crossentropy_from_logits";
  static constexpr bool kMean = true;
  template <bool Delta, class T>
  static void row(const T* z, const T* y, T* d, std::int64_t n, const T* /*p*/, Weights<T> weights,
                  Vec<T>& total) {
    categorical_logits_row<Delta>(z, OneHot<T>{y}, d, n, weights, total);
  }
};

struct SparseCategoricalCrossentropy {
  static constexpr const char* kName = "sparse_categorical_crossentropy";
  static constexpr bool kSparse = true;
  static constexpr bool kMean = true;
  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, std::int64_t n, const T* /*p*/, Weights<T> weights,
                  Vec<T>& total) {
    categorical_row<Delta>(a, ClassNumber<T>{y}, d, n, weights, total);
  }
};

struct SparseCategoricalCrossentropyFromLogits {
  static constexpr const char* kName = "sparse_categorical_crossentropy_from_logits";
  static constexpr bool kSparse = true;
  static constexpr bool kMean = true;
  template <bool Delta, class T>
  static void row(const T* z, const T* y, T* d, std::int64_t n, const T* /*p*/, Weights<T> weights,
                  Vec<T>& total) {
    categorical_logits_row<Delta>(z, ClassNumber<T>{y}, d, n, weights, total);
  }
};

// max(0, 1 + max((1 - y) a) - sum(y a))
struct CategoricalHinge {
  static constexpr const char* kName = "categorical_hinge";
  static constexpr bool kMean = true;
  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, std::int64_t n, const T* /*p*/, Weights<T> weights,
                  Vec<T>& total) {
    T right = 0, wrong = 0;
    std::int64_t worst = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      right += y[j] * a[j];
      const T value = (1 - y[j]) * a[j];
      if (j == 0 || value > wrong) {
        wrong = value;
        worst = j;
      }
    }
    const T loss = 1 + wrong - right;
    if (!(loss <= 0)) add<T>(total, weights.value * loss);
    if constexpr (Delta) {
      for (std::int64_t j = 0; j < n; ++j) {
        const T gradient = (j == worst ? 1 - y[j] : T(0)) - y[j];
        d[j] = loss <= 0 ? T(0) : weights.delta * gradient;
      }
    }
  }
};

// -sum of y^ a^, each row divided by its length. dL/da = (a^ (y^ . a^) - y^) / |a|
struct CosineSimilarity {
  static constexpr const char* kName = "cosine_similarity";
  static constexpr bool kMean = true;
  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, std::int64_t n, const T* /*p*/, Weights<T> weights,
                  Vec<T>& total) {
    T aa = 0, yy = 0, ay = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      aa += a[j] * a[j];
      yy += y[j] * y[j];
      ay += a[j] * y[j];
    }
    const T least = static_cast<T>(kEpsilon);
    const T length_a = std::sqrt(aa), length_y = std::sqrt(yy);
    const bool tiny = length_a < least;
    const T by_a = 1 / (tiny ? least : length_a), by_y = 1 / (length_y < least ? least : length_y);
    const T cosine = ay * by_a * by_y;
    add<T>(total, -weights.value * cosine);
    if constexpr (Delta) {
      for (std::int64_t j = 0; j < n; ++j) {
        const T along = tiny ? T(0) : a[j] * by_a * cosine;
        d[j] = weights.delta * by_a * (along - y[j] * by_y);
      }
    }
  }
};

using Losses =
    List<PerOutput<SumOfSquaredErrors>, PerOutput<MeanSquaredError>, PerOutput<MeanAbsoluteError>,
         PerOutput<Huber>, PerOutput<LogCosh>, PerOutput<BinaryCrossentropy>,
         PerOutput<BinaryCrossentropyFromLogits>, CategoricalCrossentropy,
         CategoricalCrossentropyFromLogits, SparseCategoricalCrossentropy,
         SparseCategoricalCrossentropyFromLogits, PerOutput<BinaryFocalCrossentropy>,
         PerOutput<BinaryFocalCrossentropyFromLogits>, PerOutput<Hinge>, PerOutput<SquaredHinge>,
         CategoricalHinge, PerOutput<KlDivergence>, PerOutput<Poisson>, CosineSimilarity>;

}  // namespace chainrule::CHAINRULE_ISA
