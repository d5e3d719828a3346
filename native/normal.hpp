// Normal deviates from random words, the same as src/chainrule/counter_random.py.
//
// Source: Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution, 1988.
#pragma once

#include <cmath>
#include <cstdint>

#include "simd.hpp"

namespace chainrule::CHAINRULE_ISA {

// c[0] + c[1] x + ... + c[7] x^7.
inline double polynomial(const double (&c)[8], double x) {
  double sum = c[7];
  for (int i = 6; i >= 0; --i) sum = sum * x + c[i];
  return sum;
}

constexpr double kNearTop[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                               1.9715909503065514427e3, 1.3731693765509461125e4,
                               4.5921953931549871457e4, 6.7265770927008700853e4,
                               3.3430575583588128105e4, 2.5090809287301226727e3};
constexpr double kNearBottom[] = {1.0,
                                  4.2313330701600911252e1,
                                  6.8718700749205790830e2,
                                  5.3941960214247511077e3,
                                  2.1213794301586595867e4,
                                  3.9307895800092710610e4,
                                  2.8729085735721942674e4,
                                  5.2264952788528545610e3};
constexpr double kFarTop[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                              5.76949722146069140550e0,  3.64784832476320460504e0,
                              1.27045825245236838258e0,  2.41780725177450611770e-1,
                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr double kFarBottom[] = {1.0,
                                 2.05319162663775882187e0,
                                 1.67638483018380384940e0,
                                 6.89767334985100004550e-1,
                                 1.48103976427480074590e-1,
                                 1.51986665636164571966e-2,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};

// The x below which a normal variable is with probability p = (word + 1/2) / 2^32. As p is at
// least 2^-33 from 0 and 1, |x| is below 6.4.
inline double normal_deviate(std::uint32_t word) {
  const double q = (static_cast<double>(word) - 2147483647.5) * 0x1p-32;  // p - 1/2, exact
  const double size = std::fabs(q);
  if (size <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(kNearTop, r) / polynomial(kNearBottom, r);
  }
  const double r = std::sqrt(-std::log(0.5 - size)) - 1.6;
  return std::copysign(polynomial(kFarTop, r) / polynomial(kFarBottom, r), q);
}

}  // namespace chainrule::CHAINRULE_ISA
