// log and log1p in vectors, for float and double, with inf, NaN and denormals right.
//
//   log(x) = k ln 2 + log(1 + f),  x = 2^k (1 + f),  sqrt(1/2) <= 1 + f < sqrt(2)
//   log(1 + f) = 2 atanh(s),  s = f / (2 + f),  |s| < 0.172
//              = 2s + s R,    R = 2/3 s^2 + 2/5 s^4 + ...
//              = f - (f^2/2 - s (f^2/2 + R))        since 2s = f - s f, s f = f^2/2 - s f^2/2
//
// In the last form f is exact and what is taken from it is small, so its errors hardly count.
#pragma once

#include "math.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
struct LogConstants;

template <>
struct LogConstants<float> {
  static constexpr std::int32_t kSqrtHalf = 0x3f3504f3;  // the bits of sqrt(1/2)
  static constexpr float kLeastNormal = 0x1p-126f;
  static constexpr int kDenormalBits = 24;
  static constexpr int kTerms = 4;  // of R; the next is below 0.03 ulp
};

template <>
struct LogConstants<double> {
  static constexpr std::int64_t kSqrtHalf = 0x3fe6a09e667f3bcd;
  static constexpr double kLeastNormal = 0x1p-1022;
  static constexpr int kDenormalBits = 53;
  static constexpr int kTerms = 10;
};

// The parts of x = 2^k (1 + f).
template <class T>
struct LogParts {
  Vec<T> k, f;
};

// For finite x > 0; others give anything, but overflow no integer.
template <class T>
CHAINRULE_INLINE inline LogParts<T> log_parts(Vec<T> x) {
  using C = LogConstants<T>;
  using E = ExpConstants<T>;
  using Int = typename Types<T>::Int;
  constexpr Int kMantissa = (Int(1) << E::kMantissaBits) - 1;
  const Vec<T> up = power_of_two<T>(IntVec<T>{} + C::kDenormalBits);
  const auto denormal = x < C::kLeastNormal;
  const Vec<T> normal = denormal ? x * up : x;
  // The exponent's bits count how often x doubles sqrt(1/2), the others are where it is between.
  const IntVec<T> bits = reinterpret_cast<IntVec<T>>(abs<T>(normal)) - C::kSqrtHalf;
  const IntVec<T> down = denormal ? IntVec<T>{} + C::kDenormalBits : IntVec<T>{};
  const IntVec<T> k = (bits >> E::kMantissaBits) - down;
  const Vec<T> m = reinterpret_cast<Vec<T>>((bits & kMantissa) + C::kSqrtHalf);
  // k as a T: the inverse of the rounding in exp_parts.
  const Vec<T> shifted =
      reinterpret_cast<Vec<T>>(reinterpret_cast<IntVec<T>>(broadcast(E::kRound)) + k);
  return {shifted - E::kRound, m - T(1)};
}

struct AtanhCoefficient {
  static constexpr double at(int n) { return 2.0 / (2 * n + 1); }
};

// k ln 2 + log(1 + f) + low, for a low that is at most an ulp or so.
template <class T>
CHAINRULE_INLINE inline Vec<T> log_of_parts(LogParts<T> p, Vec<T> low) {
  using E = ExpConstants<T>;
  const Vec<T> s = p.f / (T(2) + p.f);
  Vec<T> powers[4] = {s * s};
  for (int j = 1; j < 4; ++j) powers[j] = powers[j - 1] * powers[j - 1];
  const Vec<T> R = powers[0] * series<AtanhCoefficient, 1, LogConstants<T>::kTerms, T>(powers);
  const Vec<T> half_square = T(0.5) * p.f * p.f;
  const Vec<T> rest = half_square - (s * (half_square + R) + (p.k * E::kLn2Low + low));
  return p.k * E::kLn2High + (p.f - rest);
}

// result where x is in the domain of the logarithm (0, inf); otherwise what log(x) is there.
template <class T>
CHAINRULE_INLINE inline Vec<T> in_domain_of_log(Vec<T> x, Vec<T> result) {
  const T inf = __builtin_inf();
  const T nan = __builtin_nan("");
  result = x < inf ? result : x;  // inf and NaN
  result = x == T(0) ? broadcast(-inf) : result;
  return x < T(0) ? broadcast(nan) : result;
}

template <class T>
CHAINRULE_INLINE inline Vec<T> log(Vec<T> x) {
  return in_domain_of_log<T>(x, log_of_parts<T>(log_parts<T>(x), Vec<T>{}));
}

// log(1 + x) for finite x > -1: u = 1 + x is rounded, and (1 + x - u) / u makes up for what was
// lost. For u near 1 (k = 0) nothing is lost, as f = x.
template <class T>
CHAINRULE_INLINE inline Vec<T> log1p_in_domain(Vec<T> x) {
  const Vec<T> u = T(1) + x;
  LogParts<T> p = log_parts<T>(u);
  const auto near = p.k == T(0);
  p.f = near ? x : p.f;
  return log_of_parts<T>(p, near ? Vec<T>{} : (x - (u - T(1))) / u);
}

// log(1 + x), without the cancellation near 0.
template <class T>
CHAINRULE_INLINE inline Vec<T> log1p(Vec<T> x) {
  const Vec<T> result = in_domain_of_log<T>(T(1) + x, log1p_in_domain<T>(x));
  return x == T(0) ? x : result;  // log1p(-0) is -0
}

}  // namespace chainrule::CHAINRULE_ISA
