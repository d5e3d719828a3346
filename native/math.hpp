// exp in vectors, for float and double: at most 2 ulp and 4 ulp, with inf, NaN and denormals right.
//
//   exp(x) = 2^k exp(r),  k = round(x / ln 2),  r = x - k ln 2,  |r| <= ln 2 / 2
//
// exp(r) by its Taylor series, long enough that the first term left out is below half an ulp.
#pragma once

#include "simd.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
struct ExpConstants;

template <>
struct ExpConstants<float> {
  static constexpr float kMost = 89.0f;       // exp is inf from 88.73 on
  static constexpr float kLeast = -104.0f;    // exp is 0 below -103.98
  static constexpr float kRound = 0x1.8p23f;  // adding and subtracting it rounds to an integer
  static constexpr float kInvLn2 = 0x1.715476p+0f;
  static constexpr float kLn2High = 0x1.62e400p-1f;  // few bits, so that k * kLn2High is exact
  static constexpr float kLn2Low = 0x1.7f7d1cp-20f;
  static constexpr int kMantissaBits = 23;
  static constexpr int kExponentBias = 127;
  static constexpr int kTerms = 6;  // after 1 + r: r^2 (1/2! + ... + r^5/7!)
};

template <>
struct ExpConstants<double> {
  static constexpr double kMost = 710.0;    // exp is inf from 709.79 on
  static constexpr double kLeast = -746.0;  // exp is 0 below -745.14
  static constexpr double kRound = 0x1.8p52;
  static constexpr double kInvLn2 = 0x1.71547652b82fep+0;
  static constexpr double kLn2High = 0x1.62e42fefap-1;
  static constexpr double kLn2Low = 0x1.cf79abc9e3b3ap-40;
  static constexpr int kMantissaBits = 52;
  static constexpr int kExponentBias = 1023;
  static constexpr int kTerms = 12;  // after 1 + r: r^2 (1/2! + ... + r^11/13!)
};

// 2^k for an integer vector k within the range of normal numbers.
template <class T>
inline Vec<T> power_of_two(IntVec<T> k) {
  using C = ExpConstants<T>;
  return reinterpret_cast<Vec<T>>((k + C::kExponentBias) << C::kMantissaBits);
}

constexpr double kInverseFactorial[] = {1.0,
                                        1.0,
                                        1.0 / 2,
                                        1.0 / 6,
                                        1.0 / 24,
                                        1.0 / 120,
                                        1.0 / 720,
                                        1.0 / 5040,
                                        1.0 / 40320,
                                        1.0 / 362880,
                                        1.0 / 3628800,
                                        1.0 / 39916800,
                                        1.0 / 479001600,
                                        1.0 / 6227020800};

// sum over Terms terms of r^i / (First + i)!, as a balanced tree so that little waits for little
// (Estrin's scheme): the lower half plus r^Half times the upper half. powers[j] = r^(2^j).
template <int First, int Terms, class T>
inline Vec<T> exponential_series(const Vec<T>* powers) {
  if constexpr (Terms == 1) {
    return broadcast(static_cast<T>(kInverseFactorial[First]));
  } else {
    constexpr int j = Terms > 8 ? 3 : Terms > 4 ? 2 : Terms > 2 ? 1 : 0;
    constexpr int half = 1 << j;
    return exponential_series<First, half, T>(powers) +
           powers[j] * exponential_series<First + half, Terms - half, T>(powers);
  }
}

// exp(x) for x <= kMost; NaN stays NaN.
template <class T>
inline Vec<T> exp_below_most(Vec<T> x) {
  using C = ExpConstants<T>;
  x = x < C::kLeast ? broadcast(C::kLeast) : x;
  const Vec<T> shifted = x * C::kInvLn2 + C::kRound;
  const Vec<T> rounded = shifted - C::kRound;
  const IntVec<T> k =
      reinterpret_cast<IntVec<T>>(shifted) - reinterpret_cast<IntVec<T>>(broadcast(C::kRound));
  const Vec<T> r = (x - rounded * C::kLn2High) - rounded * C::kLn2Low;
  Vec<T> powers[4] = {r};
  for (int j = 1; j < 4; ++j) powers[j] = powers[j - 1] * powers[j - 1];
  const Vec<T> value = T(1) + (r + powers[1] * exponential_series<2, C::kTerms, T>(powers));
  const IntVec<T> half = k >> 1;  // in two steps, because 2^k itself may be denormal or too large
  return value * power_of_two<T>(half) * power_of_two<T>(k - half);
}

template <class T>
inline Vec<T> exp(Vec<T> x) {
  using C = ExpConstants<T>;
  return exp_below_most<T>(x > C::kMost ? broadcast(C::kMost) : x);
}

// |x|, by clearing the sign bit.
template <class T>
inline Vec<T> abs(Vec<T> x) {
  using Int = typename Types<T>::Int;
  constexpr Int kAllButSign = static_cast<Int>(~(std::uint64_t{1} << (8 * sizeof(Int) - 1)));
  return reinterpret_cast<Vec<T>>(reinterpret_cast<IntVec<T>>(x) & kAllButSign);
}

}  // namespace chainrule::CHAINRULE_ISA
