// sigmoid, softplus and tanh in vectors, for float and double, with inf, NaN and denormals right.
#pragma once

#include "math_log.hpp"

namespace chainrule::CHAINRULE_ISA {

// The value of one with the sign of the other; value >= 0 or NaN.
template <class T>
CHAINRULE_INLINE inline Vec<T> with_sign_of(Vec<T> sign, Vec<T> value) {
  const IntVec<T> bit =
      reinterpret_cast<IntVec<T>>(sign) ^ reinterpret_cast<IntVec<T>>(abs<T>(sign));
  return reinterpret_cast<Vec<T>>(reinterpret_cast<IntVec<T>>(value) | bit);
}

// 1 / (1 + exp(-x)) by t = exp(-|x|), which cannot overflow: 1 / (1 + t) for x >= 0, else
// t / (1 + t), which keeps its relative accuracy down to the denormals. Rounding the
// sum costs up to an ulp of the result; the share that was lost is taken off the quotient again.
template <class T>
CHAINRULE_INLINE inline Vec<T> sigmoid(Vec<T> x) {
  const Vec<T> t = exp_of_negative<T>(negative<T>(x));
  const Vec<T> sum = T(1) + t, lost = t - (sum - T(1));
  const Vec<T> quotient = (x < T(0) ? t : broadcast(T(1))) / sum;
  return quotient - quotient * lost;
}

// x, but at least -1e4: where a factor vanishes with x, so that -inf meets no 0. NaN stays NaN.
template <class T>
CHAINRULE_INLINE inline Vec<T> not_endless(Vec<T> x) {
  return x < T(-1e4) ? broadcast(T(-1e4)) : x;
}

// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), where again nothing overflows.
template <class T>
CHAINRULE_INLINE inline Vec<T> softplus(Vec<T> x) {
  const Vec<T> t = exp_of_negative<T>(negative<T>(x));
  return (x > T(0) ? x : Vec<T>{}) + log1p_in_domain<T>(t);
}

// tanh(x) = E / (E + 2) with E = exp(2|x|) - 1, and the sign of x. An error in E shrinks by
// 2 / (E + 2) on its way to the result. From 2|x| = 40 on the result is 1.
//
// For |x| < 0.5 the same quotient is written as |x| + (E - 2|x| - |x| E) / (E + 2): the second term
// is small, and so are its errors.
template <class T>
CHAINRULE_INLINE inline Vec<T> tanh(Vec<T> x) {
  const T most = 40;
  const Vec<T> size = abs<T>(x);
  const Vec<T> twice = T(2) * size;
  const ExpParts<T> p = exp_parts<T>(twice > most ? broadcast(most) : twice);
  const Vec<T> E = (p.power - T(1)) + p.power * (p.r + p.tail);
  const auto near = size < T(0.5);
  const Vec<T> numerator = near ? (E - twice) - size * E : E;
  return with_sign_of<T>(x, (near ? size : Vec<T>{}) + numerator / (E + T(2)));
}

}  // namespace chainrule::CHAINRULE_ISA
