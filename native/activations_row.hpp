// Activations of a whole row: rows of the table in activations.hpp.
//
// Instead of a derivative they have the pullback dL/dz from a = f(z) and dL/da. Rows are padded to
// whole vectors; what lies in the padding of z, a and dA has no influence, that of D becomes zero.
#pragma once

#include "math_tanh.hpp"

namespace chainrule::CHAINRULE_ISA {

// sum over k < n of f(k)'s first lanes, where f(k) is the vector of the numbers k, k + 1, ...
template <class T, class F>
inline T sum_over_row(std::int64_t n, F&& f) {
  Vec<T> sum = {};
  for (std::int64_t k = 0; k < n; k += kLanes<T>) sum += first_lanes<T>(f(k), n - k);
  return sum_of_lanes<T>(sum);
}

// The largest of z (n), n >= 1, is in one of the lanes of the result, and nothing larger in the
// others. A NaN may be left out: it will show in the sum.
template <class T>
inline Vec<T> most_by_lanes(const T* z, std::int64_t n) {
  const Vec<T> first = broadcast(z[0]);
  Vec<T> most = first;
  for (std::int64_t k = 0; k < n; k += kLanes<T>) {
    most = greater<T>(first_lanes<T>(load(z + k), n - k, first), most);
  }
  return most;
}

// The same in every lane.
template <class T>
inline Vec<T> max_of_row(const T* z, std::int64_t n) {
  return greatest_lane<T>(most_by_lanes<T>(z, n));
}

// a_i = exp(z_i - m) / sum of exp(z_j - m), with m = max z so that no exp overflows.
// dL/dz_i = a_i (dA_i - sum of a_j dA_j)
struct Softmax {
  static constexpr const char* kName = "softmax";
  static constexpr bool kRowWise = true;
  template <class T>
  static void value_row(const T* z, T* a, std::int64_t n) {
    const Vec<T> most = max_of_row<T>(z, n);
    const T total = sum_over_row<T>(n, [&](std::int64_t k) {
      const Vec<T> e = exp_of_negative<T>(load(z + k) - most);
      store(a + k, e);
      return e;
    });
    for (std::int64_t k = 0; k < n; k += kLanes<T>) store(a + k, load(a + k) / total);
  }
  template <class T>
  static void pullback_row(const T* a, const T* dA, T* D, std::int64_t n) {
    const T mean = sum_over_row<T>(n, [&](std::int64_t k) { return load(a + k) * load(dA + k); });
    for (std::int64_t k = 0; k < n; k += kLanes<T>) {
      store(D + k, first_lanes<T>(load(a + k) * (load(dA + k) - mean), n - k));
    }
  }
};

// a_i = (z_i - m) - log(sum of exp(z_j - m)): the logarithm of softmax, without its underflow.
// dL/dz_i = dA_i - exp(a_i) sum of dA_j
struct LogSoftmax {
  static constexpr const char* kName = "log_softmax";
  static constexpr bool kRowWise = true;
  template <class T>
  static void value_row(const T* z, T* a, std::int64_t n) {
    const Vec<T> most = max_of_row<T>(z, n);
    const T total =
        sum_over_row<T>(n, [&](std::int64_t k) { return exp_of_negative<T>(load(z + k) - most); });
    const Vec<T> log_total = log<T>(broadcast(total));
    for (std::int64_t k = 0; k < n; k += kLanes<T>) {
      store(a + k, (load(z + k) - most) - log_total);
    }
  }
  template <class T>
  static void pullback_row(const T* a, const T* dA, T* D, std::int64_t n) {
    const T total = sum_over_row<T>(n, [&](std::int64_t k) { return load(dA + k); });
    for (std::int64_t k = 0; k < n; k += kLanes<T>) {
      store(D + k, first_lanes<T>(load(dA + k) - exp_below_most<T>(load(a + k)) * total, n - k));
    }
  }
};

}  // namespace chainrule::CHAINRULE_ISA
