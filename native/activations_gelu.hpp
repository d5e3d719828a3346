// The two forms of gelu: rows of the table in activations.hpp.
#pragma once

#include <math.h>

#include "math_tanh.hpp"

namespace chainrule::CHAINRULE_ISA {

// erfc lane by lane from the C library, which is exact to an ulp or so: better kept than our own.
inline float erfc_of(float x) { return ::erfcf(x); }
inline double erfc_of(double x) { return ::erfc(x); }

template <class T>
inline Vec<T> erfc(Vec<T> x) {
  Vec<T> y;
  for (int k = 0; k < kLanes<T>; ++k) y[k] = erfc_of(x[k]);
  return y;
}

// z P(z), with P the normal distribution: P(z) = (1 + erf(z / sqrt 2)) / 2 = erfc(-z / sqrt 2) / 2,
// where the last form does not cancel for negative z. Its derivative is P(z) + z P'(z), with
// P'(z) = exp(-z^2 / 2) / sqrt(2 pi).
struct Gelu {
  static constexpr const char* kName = "gelu";
  static constexpr bool kRowWise = false;
  static constexpr double kSqrtHalf = 0.70710678118654752440;
  static constexpr double kInvSqrt2Pi = 0.39894228040143267794;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    z = not_endless<T>(z);
    return z * (T(0.5) * erfc<T>(T(-kSqrtHalf) * z));
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> a, T /*alpha*/) {
    const Vec<T> limited = z < T(-1e4) ? broadcast(T(-1e4)) : z > T(1e4) ? broadcast(T(1e4)) : z;
    a = a > T(1e4) ? limited : a;
    z = limited;                                                        // beyond it P is 0 or 1
    const Vec<T> P = abs<T>(z) < T(1e-20) ? broadcast(T(0.5)) : a / z;  // saves a second erfc
    return P + z * (T(kInvSqrt2Pi) * exp_below_most<T>(T(-0.5) * z * z));
  }
};

// z (1 + tanh(u)) / 2 with u = sqrt(2 / pi) (z + 0.044715 z^3). This is z s with s = sigmoid(2 u),
// which does not cancel for negative z. Its derivative is s + z s (1 - s) 2 u'.
struct GeluTanh {
  static constexpr const char* kName = "gelu_tanh";
  static constexpr bool kRowWise = false;
  static constexpr double kLinear = 1.5957691216057307117;  // 2 sqrt(2 / pi)
  static constexpr double kCubic = 0.044715 * kLinear;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    z = not_endless<T>(z);
    return z * sigmoid<T>(z * (T(kLinear) + T(kCubic) * z * z));
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T /*alpha*/) {
    // Beyond 100 s (1 - s) is 0, and must not meet an infinite u'.
    z = z < T(-100) ? broadcast(T(-100)) : z > T(100) ? broadcast(T(100)) : z;
    const Vec<T> s = sigmoid<T>(z * (T(kLinear) + T(kCubic) * z * z));
    return s + z * (s * (T(1) - s)) * (T(kLinear) + T(3 * kCubic) * z * z);
  }
};

}  // namespace chainrule::CHAINRULE_ISA
