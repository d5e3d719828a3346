// Activations that take what is small to zero: rows of the table in activations.hpp.
#pragma once

#include "math_tanh.hpp"

namespace chainrule::CHAINRULE_ISA {

// 2k / (2k + 1)!, so that z cosh z - sinh z = sum over k from 1 of this times z^(2k + 1).
struct TanhShrinkCoefficient {
  static constexpr double at(int k) { return 2 * k * InverseFactorial::at(2 * k + 1); }
};

// z - tanh(z); for |z| < 2 as (z cosh z - sinh z) / cosh z, whose series has only positive terms.
struct TanhShrink {
  static constexpr const char* kName = "tanh_shrink";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    constexpr int kTerms = sizeof(T) == 4 ? 8 : 13;  // the next is below 0.01 ulp
    const auto near = abs<T>(z) < T(2);
    const Vec<T> x = near ? z : Vec<T>{};
    Vec<T> powers[4] = {x * x};
    for (int j = 1; j < 4; ++j) powers[j] = powers[j - 1] * powers[j - 1];
    const Vec<T> e = exp<T>(x);
    const Vec<T> numerator = x * powers[0] * series<TanhShrinkCoefficient, 1, kTerms, T>(powers);
    return near ? numerator / (T(0.5) * (e + T(1) / e)) : z - tanh<T>(z);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T /*alpha*/) {
    const Vec<T> t = tanh<T>(z);
    return t * t;
  }
};

struct SoftShrink {  // z - alpha for z > alpha, z + alpha for z < -alpha, else 0
  static constexpr const char* kName = "soft_shrink";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T alpha) {
    const Vec<T> low = z < -alpha ? z + alpha : Vec<T>{};
    return z > alpha ? z - alpha : z == z ? low : z;  // NaN stays NaN
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T alpha) {
    return abs<T>(z) > alpha ? broadcast(T(1)) : Vec<T>{};
  }
};

struct HardShrink {  // z for |z| > alpha, else 0
  static constexpr const char* kName = "hard_shrink";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T alpha) {
    return abs<T>(z) <= alpha ? Vec<T>{} : z;  // NaN stays NaN
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T alpha) {
    return abs<T>(z) > alpha ? broadcast(T(1)) : Vec<T>{};
  }
};

}  // namespace chainrule::CHAINRULE_ISA
