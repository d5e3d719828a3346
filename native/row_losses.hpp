// Losses that see a whole row of outputs at once: see losses.hpp for what `row` does.
#pragma once

#include "losses.hpp"
#include "transpose.hpp"

namespace chainrule::CHAINRULE_ISA {

// Losses that see a whole row add one number to the total.
template <class T>
inline void add(Vec<T>& total, T value) {
  total[0] += value;
}

// The targets of categorical losses by vectors, from column c on: a number for each class, or a
// class, whose target is 1 and that of the others 0.
template <class T>
struct OneHot {
  const T* y;
  Vec<T> operator()(std::int64_t c) const { return load(y + c); }
  // Of several rows, a lane for each: columns[c] for the first n classes.
  static void columns(const T* y, std::int64_t ld, std::int64_t rows, std::int64_t /*n*/,
                      Vec<T>* columns) {
    load_columns<T>(y, ld, rows, columns);
  }
};
template <class T>
struct ClassNumber {
  const T* y;
  Vec<T> operator()(std::int64_t c) const {
    const T chosen = static_cast<T>(static_cast<std::int64_t>(*y) - c);
    return lane_numbers<T>() == chosen ? broadcast(T(1)) : Vec<T>{};
  }
  static void columns(const T* y, std::int64_t ld, std::int64_t rows, std::int64_t n,
                      Vec<T>* columns) {
    Vec<T> chosen = broadcast(T(-1));
    for (std::int64_t r = 0; r < rows; ++r) chosen[r] = y[r * ld];
    for (std::int64_t c = 0; c < n; ++c) {
      columns[c] = chosen == static_cast<T>(c) ? broadcast(T(1)) : Vec<T>{};
    }
  }
};

// Of a class of probability q, which is not 0, and target y: the loss, and its derivative.
struct OfClass {
  template <class T>
  static Vec<T> value(Vec<T> q, Vec<T> y, const T* /*p*/) {  // -y log q
    return -(y == T(0) ? Vec<T>{} : y * log<T>(q));
  }
  template <class T>
  static Vec<T> derivative(Vec<T> q, Vec<T> y, const T* /*p*/) {
    return -y / q;
  }
};

// The same, less for what is nearly right. p: gamma, alpha.
struct FocalOfClass {
  template <class T>
  static Vec<T> value(Vec<T> q, Vec<T> y, const T* p) {  // -alpha (1 - q)^gamma y log q
    return p[1] * power<T>(T(1) - q, p[0]) * OfClass::value<T>(q, y, p);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> q, Vec<T> y, const T* p) {
    const Vec<T> of_power = p[0] * power<T>(T(1) - q, p[0] - 1) * log<T>(q);
    return p[1] * y * (of_power - power<T>(T(1) - q, p[0]) / q);
  }
};

// q = a / sum(a), clipped: loss = sum of that of each class. With g = dL/dq, which is 0 where q is
// clipped: dL/da = (g - sum g q) / sum(a).
template <class Of, bool Delta, class T, class Target>
inline void categorical_row(const T* a, Target y, T* d, std::int64_t n, const T* p,
                            Weights<T> weights, Vec<T>& total) {
  constexpr int L = kLanes<T>;
  const T least = static_cast<T>(kEpsilon), most = static_cast<T>(1 - kEpsilon);
  const T sum = sum_over_row<T>(n, [&](std::int64_t c) { return load(a + c); });
  Vec<T> losses = {}, shares = {};
  const auto gradient = [&](std::int64_t c, Vec<T> q) {
    return unless_clipped<T>(q, least, most,
                             Of::template derivative<T>(clip<T>(q, least, most), y(c), p));
  };
  for (std::int64_t c = 0; c < n; c += L) {
    const Vec<T> q = load(a + c) / sum;
    losses += first_lanes<T>(Of::template value<T>(clip<T>(q, least, most), y(c), p), n - c);
    shares += first_lanes<T>(gradient(c, q) * q, n - c);
  }
  add<T>(total, weights.value * sum_of_lanes<T>(losses));
  if constexpr (Delta) {
    const T shared = sum_of_lanes<T>(shares), factor = weights.delta / sum;
    for (std::int64_t c = 0; c < n; c += L) {
      const Vec<T> g = factor * (gradient(c, load(a + c) / sum) - shared);
      store(d + c, first_lanes<T>(g, n - c));
    }
  }
}

// loss = -sum y (z - log sum exp z);  dL/dz = softmax(z) sum(y) - y
//
// As many rows at once as a vector has lanes: what is one number for a row (its largest logit, its
// sums) is then one lane for a row, and logarithm and quotient are taken once for all of them.
template <bool Delta, template <class> class Target, class T>
CHAINRULE_APART void many_logits_rows(const LossRows<T>& all, Vec<T>& total) {
  constexpr int L = kLanes<T>;
  for (std::int64_t first = 0; first < all.rows; first += L) {
    const std::int64_t n = all.n, rows = all.rows - first < L ? all.rows - first : L;
    const T* z = all.a + first * all.ld;
    T* softmax = all.activation + first * all.ld;
    const auto target = [&](std::int64_t r, std::int64_t c) {
      const Target<T> y = {all.y + (first + r) * all.ld_y};
      return first_lanes<T>(y(c), n - c);
    };
    alignas(kVectorBytes) T most[L], log_sum[L], share[L], targets[L];
    Vec<T> v[L] = {}, u[L] = {};
    for (std::int64_t r = 0; r < rows; ++r) v[r] = most_by_lanes<T>(z + r * all.ld, n);
    store(most, over_lanes_of<T>(v, greater<T>));
    for (std::int64_t r = 0; r < L; ++r) v[r] = Vec<T>{};
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < n; c += L) {
        const Vec<T> e = exp_of_negative<T>(load(z + r * all.ld + c) - most[r]);
        store(softmax + r * all.ld + c, e);
        v[r] += first_lanes<T>(e, n - c);
      }
    }
    const Vec<T> sums = sums_of<T>(v);
    store(log_sum, load(most) + log<T>(sums));
    store(share, T(1) / sums);
    for (std::int64_t r = 0; r < L; ++r) v[r] = Vec<T>{};
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < n; c += L) {
        const Vec<T> y = target(r, c), off = log_sum[r] - load(z + r * all.ld + c);
        v[r] += y == T(0) ? Vec<T>{} : y * off;
        u[r] += y;
        store(softmax + r * all.ld + c, load(softmax + r * all.ld + c) * share[r]);
      }
    }
    total += first_lanes<T>(load(all.weights + first) * sums_of<T>(v), rows);
    if constexpr (Delta) {
      store(targets, sums_of<T>(u));
      for (std::int64_t r = 0; r < rows; ++r) {
        const T weight = all.weights[first + r] * all.scale;
        for (std::int64_t c = 0; c < n; c += L) {
          const Vec<T> a = load(softmax + r * all.ld + c);
          const Vec<T> g = weight * (a * targets[r] - target(r, c));
          store(all.d + (first + r) * all.ld + c, first_lanes<T>(g, n - c));
        }
      }
    }
  }
}

// The same where a row is no wider than a vector: with classes in vectors and rows in lanes, all of
// it is arithmetic lane by lane.
template <bool Delta, template <class> class Target, class T>
CHAINRULE_APART void few_logits_rows(const LossRows<T>& all, Vec<T>& total) {
  constexpr int L = kLanes<T>;
  const std::int64_t n = all.n;
  for (std::int64_t first = 0; first < all.rows; first += L) {
    const std::int64_t rows = all.rows - first < L ? all.rows - first : L;
    Vec<T> z[L], y[L], softmax[L] = {}, d[L] = {};
    load_columns<T>(all.a + first * all.ld, all.ld, rows, z);
    Target<T>::columns(all.y + first * all.ld_y, all.ld_y, rows, n, y);
    Vec<T> most = z[0], sum = {}, sum_of_targets = {}, loss = {};
    for (int c = 1; c < n; ++c) most = greater<T>(z[c], most);
    for (int c = 0; c < n; ++c) sum += softmax[c] = exp_of_negative<T>(z[c] - most);
    const Vec<T> share = T(1) / sum, log_sum = most + log<T>(sum);
    const Vec<T> weights = load(all.weights + first), weight = weights * all.scale;
    for (int c = 0; c < n; ++c) sum_of_targets += y[c];
    for (int c = 0; c < n; ++c) {
      softmax[c] *= share;
      if constexpr (Delta) d[c] = weight * (softmax[c] * sum_of_targets - y[c]);
    }
    store_columns<T>(softmax, all.activation + first * all.ld, all.ld, rows);
    if constexpr (Delta) store_columns<T>(d, all.d + first * all.ld, all.ld, rows);
    for (int c = 0; c < n; ++c) loss += y[c] == T(0) ? Vec<T>{} : y[c] * (log_sum - z[c]);
    total += first_lanes<T>(weights * loss, rows);
  }
}

template <bool Delta, template <class> class Target, class T>
inline void categorical_logits_rows(const LossRows<T>& all, Vec<T>& total) {
  if (all.rows > 1 && all.n <= kLanes<T>) {
    few_logits_rows<Delta, Target>(all, total);
  } else {
    many_logits_rows<Delta, Target>(all, total);
  }
}

struct CategoricalCrossentropy {
  static constexpr const char* kName = "categorical_crossentropy";
  using Activates = void;
  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, T* /*activation*/, std::int64_t n, const T* p,
                  Weights<T> weights, Vec<T>& total) {
    categorical_row<OfClass, Delta>(a, OneHot<T>{y}, d, n, p, weights, total);
  }
};

struct CategoricalCrossentropyFromLogits {
  static constexpr const char* kName = "categorical_crossentropy_from_logits";
  using Activates = Softmax;
  template <bool Delta, class T>
  static void rows(const LossRows<T>& all, Vec<T>& total) {
    categorical_logits_rows<Delta, OneHot>(all, total);
  }
};

struct SparseCategoricalCrossentropy {
  static constexpr const char* kName = "sparse_categorical_crossentropy";
  static constexpr bool kSparse = true;
  using Activates = void;
  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, T* /*activation*/, std::int64_t n, const T* p,
                  Weights<T> weights, Vec<T>& total) {
    categorical_row<OfClass, Delta>(a, ClassNumber<T>{y}, d, n, p, weights, total);
  }
};

struct SparseCategoricalCrossentropyFromLogits {
  static constexpr const char* kName = "sparse_categorical_crossentropy_from_logits";
  static constexpr bool kSparse = true;
  using Activates = Softmax;
  template <bool Delta, class T>
  static void rows(const LossRows<T>& all, Vec<T>& total) {
    categorical_logits_rows<Delta, ClassNumber>(all, total);
  }
};

// Lin et al., Focal Loss for Dense Object Detection, 2017, of several classes. p: gamma, alpha.
struct CategoricalFocalCrossentropy {
  static constexpr const char* kName = "categorical_focal_crossentropy";
  using Activates = void;
  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, T* /*activation*/, std::int64_t n, const T* p,
                  Weights<T> weights, Vec<T>& total) {
    categorical_row<FocalOfClass, Delta>(a, OneHot<T>{y}, d, n, p, weights, total);
  }
};

// The same with q = softmax(z). With u = q dL/dq, in which nothing is divided by a q near 0:
// dL/dz = u - q sum u.
struct CategoricalFocalCrossentropyFromLogits {
  static constexpr const char* kName = "categorical_focal_crossentropy_from_logits";
  using Activates = Softmax;
  template <bool Delta, class T>
  static void row(const T* z, const T* y, T* d, T* activation, std::int64_t n, const T* p,
                  Weights<T> weights, Vec<T>& total) {
    constexpr int L = kLanes<T>;
    const Vec<T> most = max_of_row<T>(z, n);
    const T sum =
        sum_over_row<T>(n, [&](std::int64_t c) { return exp_of_negative<T>(load(z + c) - most); });
    const Vec<T> log_sum = log<T>(broadcast(sum));
    Vec<T> losses = {}, slopes = {};
    const auto softmax = [&](std::int64_t c) {
      return exp_of_negative<T>(load(z + c) - most) / sum;
    };
    const auto slope = [&](std::int64_t c, Vec<T> log_q, Vec<T> q) {
      const Vec<T> miss = -expm1<T>(log_q), target = load(y + c);
      // Where miss is 0, log q is as well, and their quotient is of no weight.
      const Vec<T> quotient = q * log_q / (miss == T(0) ? broadcast(T(1)) : miss);
      const Vec<T> u = p[1] * target * power<T>(miss, p[0]) * (p[0] * quotient - T(1));
      return first_lanes<T>(target == T(0) ? Vec<T>{} : u, n - c);
    };
    for (std::int64_t c = 0; c < n; c += L) {
      const Vec<T> log_q = load(z + c) - most - log_sum, q = softmax(c), target = load(y + c);
      const Vec<T> loss = -p[1] * power<T>(-expm1<T>(log_q), p[0]) * target * log_q;
      losses += first_lanes<T>(target == T(0) ? Vec<T>{} : loss, n - c);
      if constexpr (Delta) slopes += slope(c, log_q, q);
      store(activation + c, q);
    }
    add<T>(total, weights.value * sum_of_lanes<T>(losses));
    if constexpr (Delta) {
      const T shared = sum_of_lanes<T>(slopes);
      for (std::int64_t c = 0; c < n; c += L) {
        const Vec<T> q = softmax(c);
        const Vec<T> g = slope(c, load(z + c) - most - log_sum, q) - q * shared;
        store(d + c, first_lanes<T>(weights.delta * g, n - c));
      }
    }
  }
};

// max(0, 1 + max((1 - y) a) - sum(y a))
struct CategoricalHinge {
  static constexpr const char* kName = "categorical_hinge";
  using Activates = void;
  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, T* /*activation*/, std::int64_t n, const T* /*p*/,
                  Weights<T> weights, Vec<T>& total) {
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
  using Activates = void;
  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, T* /*activation*/, std::int64_t n, const T* /*p*/,
                  Weights<T> weights, Vec<T>& total) {
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
         CategoricalHinge, PerOutput<KlDivergence>, PerOutput<Poisson>, CosineSimilarity,
         PerOutput<MeanAbsolutePercentageError>, PerOutput<MeanSquaredLogarithmicError>,
         CategoricalFocalCrossentropy, CategoricalFocalCrossentropyFromLogits>;

}  // namespace chainrule::CHAINRULE_ISA
