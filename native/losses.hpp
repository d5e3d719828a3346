// Losses: of one row, the loss and beside it the gradient dL/da.
//
// A row of the table here has a row of the same name in src/chainrule/losses/. Most losses are
// sums or means over the outputs, of a value and a gradient for each: PerOutput makes a row of
// them. The others see the whole row. In all of them, for a row of n outputs:
//
//   total += value_weight * loss;   d = delta_weight * gradient, zero in the padding   (if Delta)
//
// p are the loss's parameters; what lies behind n in a and y is not used. A row that computes an
// activation of the logits on its way names it, Activates, and leaves it in `activation` (n), which
// may be the same memory as d.
#pragma once

#include <cmath>

#include "activations.hpp"

namespace chainrule::CHAINRULE_ISA {

constexpr double kEpsilon = 1e-7;  // Keras's: probabilities keep this distance from 0 and 1

// The weights of a sample: in the loss that is reported, and in the gradient.
template <class T>
struct Weights {
  T value;
  T delta;
};

// Rows of outputs for a loss that takes several at once, `rows` of F::rows: a, d and activation
// (rows, ld), y (rows, ld_y), weights (rows) of the samples in the loss; times scale in the
// gradient.
template <class T>
struct LossRows {
  const T* a;
  const T* y;
  T* d;
  T* activation;
  const T* weights;
  T scale;
  std::int64_t rows, n, ld, ld_y;
};

template <class F>
struct PerOutput {
  static constexpr const char* kName = F::kName;
  using Activates = void;

  template <bool Delta, class T>
  static void row(const T* a, const T* y, T* d, T* /*activation*/, std::int64_t n, const T* p,
                  Weights<T> weights, Vec<T>& total) {
    if constexpr (F::kMeanOverOutputs) {
      weights.value /= static_cast<T>(n);
      weights.delta /= static_cast<T>(n);
    }
    for (std::int64_t c = 0; c < n; c += kLanes<T>) {
      const Vec<T> a_c = load(a + c), y_c = load(y + c);
      const Vec<T> value = weights.value * F::template value<T>(a_c, y_c, p);
      total += first_lanes<T>(value, n - c);
      if constexpr (Delta) {
        const Vec<T> gradient = weights.delta * F::template gradient<T>(a_c, y_c, p);
        store(d + c, first_lanes<T>(gradient, n - c));
      }
    }
  }
};

struct MeanOverOutputs {
  static constexpr bool kMeanOverOutputs = true;
};
struct SumOverOutputs {
  static constexpr bool kMeanOverOutputs = false;
};

struct SumOfSquaredErrors : SumOverOutputs {
  static constexpr const char* kName = "sum_of_squared_errors";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return (a - y) * (a - y);
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return T(2) * (a - y);
  }
};

struct MeanSquaredError : MeanOverOutputs {
  static constexpr const char* kName = "mean_squared_error";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return (a - y) * (a - y);
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return T(2) * (a - y);
  }
};

struct MeanAbsoluteError : MeanOverOutputs {
  static constexpr const char* kName = "mean_absolute_error";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return abs<T>(a - y);
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return sign<T>(a - y);
  }
};

// Huber, 1964. p: delta.
struct Huber : MeanOverOutputs {
  static constexpr const char* kName = "huber";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* p) {
    const Vec<T> e = abs<T>(a - y);
    return e <= p[0] ? T(0.5) * e * e : p[0] * e - T(0.5) * p[0] * p[0];
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* p) {
    const Vec<T> e = a - y;
    return abs<T>(e) <= p[0] ? e : p[0] * sign<T>(e);
  }
};

// log cosh e = e + log(1 + exp(-2e)) - log 2
struct LogCosh : MeanOverOutputs {
  static constexpr const char* kName = "log_cosh";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    const Vec<T> e = abs<T>(a - y);
    return e + softplus<T>(T(-2) * e) - static_cast<T>(0.6931471805599453);
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return tanh<T>(a - y);
  }
};

template <class T>
inline Vec<T> clip(Vec<T> x, T least, T most) {
  x = x < least ? broadcast(least) : x;
  return x > most ? broadcast(most) : x;
}

// gradient where x lies between least and most, 0 where it was clipped; NaN stays NaN.
template <class T>
inline Vec<T> unless_clipped(Vec<T> x, T least, T most, Vec<T> gradient) {
  return (x < least) | (x > most) ? Vec<T>{} : gradient;
}

template <class T>
inline Vec<T> unless_clipped(Vec<T> a, Vec<T> gradient) {
  return unless_clipped<T>(a, static_cast<T>(kEpsilon), static_cast<T>(1 - kEpsilon), gradient);
}

template <class T>
inline Vec<T> probability(Vec<T> a) {
  return clip<T>(a, static_cast<T>(kEpsilon), static_cast<T>(1 - kEpsilon));
}

// 100 |a - y| / |y|, with |y| at least epsilon
struct MeanAbsolutePercentageError : MeanOverOutputs {
  static constexpr const char* kName = "mean_absolute_percentage_error";
  template <class T>
  static Vec<T> size(Vec<T> y) {
    return greater<T>(broadcast(static_cast<T>(kEpsilon)), abs<T>(y));
  }
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return T(100) * (abs<T>(a - y) / size<T>(y));
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return T(100) * sign<T>(a - y) / size<T>(y);
  }
};

// (log(1 + a) - log(1 + y))^2, both at least epsilon
struct MeanSquaredLogarithmicError : MeanOverOutputs {
  static constexpr const char* kName = "mean_squared_logarithmic_error";
  template <class T>
  static Vec<T> raised(Vec<T> x) {
    return x < static_cast<T>(kEpsilon) ? broadcast(static_cast<T>(kEpsilon)) : x;
  }
  template <class T>
  static Vec<T> error(Vec<T> a, Vec<T> y) {
    return log1p<T>(raised<T>(a)) - log1p<T>(raised<T>(y));
  }
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    const Vec<T> e = error<T>(a, y);
    return e * e;
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    const Vec<T> slope = T(2) * error<T>(a, y) / (T(1) + a);
    return a < static_cast<T>(kEpsilon) ? Vec<T>{} : slope;
  }
};

struct BinaryCrossentropy : MeanOverOutputs {
  static constexpr const char* kName = "binary_crossentropy";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    const Vec<T> q = probability<T>(a);
    return -(y * log<T>(q) + (T(1) - y) * log<T>(T(1) - q));
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    const Vec<T> q = probability<T>(a);
    return unless_clipped<T>(a, (q - y) / (q * (T(1) - q)));
  }
};

struct BinaryCrossentropyFromLogits : MeanOverOutputs {
  static constexpr const char* kName = "binary_crossentropy_from_logits";
  template <class T>
  static Vec<T> value(Vec<T> z, Vec<T> y, const T* /*p*/) {
    return greater<T>(z, Vec<T>{}) - z * y + softplus<T>(-abs<T>(z));
  }
  template <class T>
  static Vec<T> gradient(Vec<T> z, Vec<T> y, const T* /*p*/) {
    return sigmoid<T>(z) - y;
  }
};

template <class T>
inline Vec<T> power(Vec<T> base, T exponent) {  // of a base that is not negative
  return exponent == 0 ? broadcast(T(1)) : exp<T>(exponent * log<T>(base));
}

// Lin et al., Focal Loss for Dense Object Detection, 2017. p: gamma, alpha.
struct BinaryFocalCrossentropy : MeanOverOutputs {
  static constexpr const char* kName = "binary_focal_crossentropy";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* p) {
    const Vec<T> q = probability<T>(a);
    const Vec<T> miss = y * (T(1) - q) + (T(1) - y) * q;
    const Vec<T> balance = p[1] * y + (T(1) - p[1]) * (T(1) - y);
    return balance * power<T>(miss, p[0]) * BinaryCrossentropy::value<T>(q, y, p);
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* p) {
    const Vec<T> q = probability<T>(a);
    const Vec<T> miss = y * (T(1) - q) + (T(1) - y) * q;
    const Vec<T> balance = p[1] * y + (T(1) - p[1]) * (T(1) - y);
    const Vec<T> of_power = p[0] * power<T>(miss, p[0] - 1) * (T(1) - T(2) * y);
    const Vec<T> both = of_power * BinaryCrossentropy::value<T>(q, y, p) +
                        power<T>(miss, p[0]) * (q - y) / (q * (T(1) - q));
    return unless_clipped<T>(a, balance * both);
  }
};

struct BinaryFocalCrossentropyFromLogits : MeanOverOutputs {
  static constexpr const char* kName = "binary_focal_crossentropy_from_logits";
  template <class T>
  static Vec<T> value(Vec<T> z, Vec<T> y, const T* p) {
    const Vec<T> q = sigmoid<T>(z), other = sigmoid<T>(-z);
    const Vec<T> miss = y * other + (T(1) - y) * q;
    const Vec<T> balance = p[1] * y + (T(1) - p[1]) * (T(1) - y);
    return balance * power<T>(miss, p[0]) * BinaryCrossentropyFromLogits::value<T>(z, y, p);
  }
  template <class T>
  static Vec<T> gradient(Vec<T> z, Vec<T> y, const T* p) {
    const Vec<T> q = sigmoid<T>(z), other = sigmoid<T>(-z);
    const Vec<T> miss = y * other + (T(1) - y) * q;
    const Vec<T> balance = p[1] * y + (T(1) - p[1]) * (T(1) - y);
    // Where miss is 0, so is q (1 - q), and miss^gamma in front of their quotient.
    const Vec<T> quotient = q * other / (miss == T(0) ? broadcast(T(1)) : miss);
    const Vec<T> of_miss =
        p[0] * (T(1) - T(2) * y) * BinaryCrossentropyFromLogits::value<T>(z, y, p) * quotient;
    return balance * power<T>(miss, p[0]) * (of_miss + q - y);
  }
};

struct Hinge : MeanOverOutputs {
  static constexpr const char* kName = "hinge";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return greater<T>(T(1) - y * a, Vec<T>{});
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return T(1) - y * a > T(0) ? -y : Vec<T>{};
  }
};

struct SquaredHinge : MeanOverOutputs {
  static constexpr const char* kName = "squared_hinge";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* p) {
    const Vec<T> h = Hinge::value<T>(a, y, p);
    return h * h;
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* p) {
    return T(-2) * y * Hinge::value<T>(a, y, p);
  }
};

struct KlDivergence : SumOverOutputs {
  static constexpr const char* kName = "kl_divergence";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    const Vec<T> t = clip<T>(y, static_cast<T>(kEpsilon), T(1));
    return t * log<T>(t / clip<T>(a, static_cast<T>(kEpsilon), T(1)));
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    const T least = static_cast<T>(kEpsilon), most = 1;
    const Vec<T> gradient = -clip<T>(y, least, most) / clip<T>(a, least, most);
    return unless_clipped<T>(a, least, most, gradient);
  }
};

struct Poisson : MeanOverOutputs {
  static constexpr const char* kName = "poisson";
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return a - y * log<T>(a + static_cast<T>(kEpsilon));
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y, const T* /*p*/) {
    return T(1) - y / (a + static_cast<T>(kEpsilon));
  }
};

}  // namespace chainrule::CHAINRULE_ISA
