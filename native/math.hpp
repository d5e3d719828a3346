// exp and expm1 in vectors, for float and double, with inf, NaN and denormals right.
//
//   exp(x) = 2^k exp(r),  k = round(x / ln 2),  r = x - k ln 2,  |r| <= ln 2 / 2
//
// exp(r) by its Taylor series, long enough that the first term left out is below half an ulp.
// tests/test_native_math.py holds all of these files to 2 ulp in float and 4 in double.
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
  static constexpr int kLift = 24;            // 2^kLift times the least denormal is normal
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
  static constexpr int kLift = 54;
  static constexpr double kInvLn2 = 0x1.71547652b82fep+0;
  static constexpr double kLn2High = 0x1.62e42fefap-1;
  static constexpr double kLn2Low = 0x1.cf79abc9e3b3ap-40;
  static constexpr int kMantissaBits = 52;
  static constexpr int kExponentBias = 1023;
  static constexpr int kTerms = 12;  // after 1 + r: r^2 (1/2! + ... + r^11/13!)
};

// 2^k for an integer vector k within the range of normal numbers.
template <class T>
CHAINRULE_INLINE inline Vec<T> power_of_two(IntVec<T> k) {
  using C = ExpConstants<T>;
  return reinterpret_cast<Vec<T>>((k + C::kExponentBias) << C::kMantissaBits);
}

// value 2^k in two steps, because 2^k itself may be denormal or too large.
template <class T>
CHAINRULE_INLINE inline Vec<T> scale(Vec<T> value, IntVec<T> k) {
  const IntVec<T> half = k >> 1;
  return value * power_of_two<T>(half) * power_of_two<T>(k - half);
}

// sum over Terms terms of Coefficient::at(First + i) x^i, as a balanced tree so that little waits
// for little (Estrin's scheme): the lower half plus x^half times the upper half.
// powers[j] = x^(2^j).
template <class Coefficient, int First, int Terms, class T>
CHAINRULE_INLINE inline Vec<T> series(const Vec<T>* powers) {
  if constexpr (Terms == 1) {
    constexpr T kCoefficient = static_cast<T>(Coefficient::at(First));
    return broadcast(kCoefficient);
  } else {
    constexpr int j = Terms > 8 ? 3 : Terms > 4 ? 2 : Terms > 2 ? 1 : 0;
    constexpr int half = 1 << j;
    return series<Coefficient, First, half, T>(powers) +
           powers[j] * series<Coefficient, First + half, Terms - half, T>(powers);
  }
}

struct InverseFactorial {
  static constexpr double at(int n) {
    double factorial = 1;
    for (int i = 2; i <= n; ++i) factorial *= i;
    return 1 / factorial;
  }
};

// The parts of x = k ln 2 + r, and tail = exp(r) - 1 - r. r is high - low, rounded; high is exact.
template <class T>
struct ExpParts {
  IntVec<T> k;
  Vec<T> power, r, high, low, tail;  // power: 2^(k + Lift), where that is a normal number
};

// For kLeast <= x <= kMost; beyond, anything; NaN gives NaN in r and tail.
template <class T, int Lift = 0>
CHAINRULE_INLINE inline ExpParts<T> exp_parts(Vec<T> x) {
  using C = ExpConstants<T>;
  // The sum's last bits are k + Lift + bias, which is the exponent of 2^(k + Lift).
  constexpr T kRound = C::kRound + (Lift + C::kExponentBias);
  const Vec<T> shifted = x * C::kInvLn2 + kRound;
  const Vec<T> rounded = shifted - kRound;
  const IntVec<T> bits = reinterpret_cast<IntVec<T>>(shifted);
  const IntVec<T> k = bits - reinterpret_cast<IntVec<T>>(broadcast(kRound));
  const Vec<T> high = x - rounded * C::kLn2High;
  const Vec<T> low = rounded * C::kLn2Low;
  const Vec<T> r = high - low;
  Vec<T> powers[4] = {r};
  for (int j = 1; j < 4; ++j) powers[j] = powers[j - 1] * powers[j - 1];
  return {k,   reinterpret_cast<Vec<T>>(bits << C::kMantissaBits),           r, high,
          low, powers[1] * series<InverseFactorial, 2, C::kTerms, T>(powers)};
}

// exp(x) for x <= 0, in less time: nothing waits for x to be limited, and 2^k is made 2^kLift times
// as large, and so never denormal.
template <class T>
CHAINRULE_INLINE inline Vec<T> exp_of_negative(Vec<T> x) {
  using C = ExpConstants<T>;
  constexpr T kLower = T(1) / static_cast<T>(std::int64_t{1} << C::kLift);
  const ExpParts<T> p = exp_parts<T, C::kLift>(x);
  const Vec<T> value = (p.power + p.power * (p.r + p.tail)) * kLower;
  return x < C::kLeast ? Vec<T>{} : value;  // NaN is not less
}

// exp(x) for x <= kMost; NaN stays NaN.
template <class T>
CHAINRULE_INLINE inline Vec<T> exp_below_most(Vec<T> x) {
  using C = ExpConstants<T>;
  const ExpParts<T> p = exp_parts<T>(x < C::kLeast ? broadcast(C::kLeast) : x);
  return scale<T>(T(1) + (p.r + p.tail), p.k);
}

template <class T>
CHAINRULE_INLINE inline Vec<T> exp(Vec<T> x) {
  using C = ExpConstants<T>;
  return exp_below_most<T>(x > C::kMost ? broadcast(C::kMost) : x);
}

// exp(x) - 1 = 2^k ((1 - 2^-k) + r + tail): this is the factor in brackets, for k > -60. Little
// cancels: 1 - 2^-k is exact as long as it matters, 0 for k = 0, and for any other k the sum with
// r is at least 0.15 in size. There the rounding of r would count, so high and low stand for it.
// Beyond 2^60 the 2^-k is far below an ulp of 1, and 2^-60 stands in for it.
template <class T>
CHAINRULE_INLINE inline Vec<T> expm1_factor(const ExpParts<T>& p) {
  const IntVec<T> most = IntVec<T>{} + 60;
  const Vec<T> one_less = T(1) - power_of_two<T>(-(p.k < most ? p.k : most));
  return (one_less + p.high) + (p.tail - p.low);
}

// exp(x) - 1, without the cancellation near 0.
template <class T>
CHAINRULE_INLINE inline Vec<T> expm1(Vec<T> x) {
  using C = ExpConstants<T>;
  const T least = -40;  // exp(-40) is below half an ulp of 1
  const Vec<T> low = x < least ? broadcast(least) : x;
  const ExpParts<T> p = exp_parts<T>(low > C::kMost ? broadcast(C::kMost) : low);
  return x == T(0) ? x : scale<T>(expm1_factor<T>(p), p.k);  // expm1(-0) is -0
}

// -|x|, by setting the sign bit.
template <class T>
CHAINRULE_INLINE inline Vec<T> negative(Vec<T> x) {
  using Int = typename Types<T>::Int;
  constexpr Int kSign = static_cast<Int>(std::uint64_t{1} << (8 * sizeof(Int) - 1));
  return reinterpret_cast<Vec<T>>(reinterpret_cast<IntVec<T>>(x) | kSign);
}

// |x|, by clearing the sign bit.
template <class T>
CHAINRULE_INLINE inline Vec<T> abs(Vec<T> x) {
  using Int = typename Types<T>::Int;
  constexpr Int kAllButSign = static_cast<Int>(~(std::uint64_t{1} << (8 * sizeof(Int) - 1)));
  return reinterpret_cast<Vec<T>>(reinterpret_cast<IntVec<T>>(x) & kAllButSign);
}

}  // namespace chainrule::CHAINRULE_ISA
