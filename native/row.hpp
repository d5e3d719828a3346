// Training one sample at a time: products with a single row, where nothing can be tiled.
//
// The weights are then read and written for every sample, and that traffic is all the cost. So a
// step of gradient descent is put off until the next sample needs the weights: one pass over W
// applies the update of the sample before and computes the forward product of this one.
#pragma once

#include "simd.hpp"

namespace chainrule::CHAINRULE_ISA {

// For Vectors vectors of columns of W (inputs, ..):
//   W[i, :] -= before[i] * (rate * D);   z = b + sum over i of x[i] * W[i, :]
// x, before (inputs); W row-major with distance ldw; D, b, z (Vectors vectors).
template <bool Update, int Vectors, class T>
inline void update_and_forward(std::int64_t inputs, const T* x, const T* before, T rate, const T* D,
                               T* W, std::int64_t ldw, const T* b, T* z) {
  constexpr int L = kLanes<T>;
  // A sum must wait for its last result, so that at least four run side by side; more of them only
  // spread the stores over more lines.
  constexpr int kSums = Vectors < 4 ? 4 / Vectors : 1;
  Vec<T> sum[kSums][Vectors];
  Vec<T> change[Vectors];
  for (int v = 0; v < Vectors; ++v) {
    sum[0][v] = load(b + v * L);
    for (int s = 1; s < kSums; ++s) sum[s][v] = Vec<T>{};
    if (Update) change[v] = rate * load(D + v * L);
  }
  const auto one_row = [&](std::int64_t i, Vec<T>* into) {
    const Vec<T> now = broadcast(x[i]);  // read before W is written, which might be the same memory
    const Vec<T> then = broadcast(before[i]);
    for (int v = 0; v < Vectors; ++v) {
      T* at = W + i * ldw + v * L;
      Vec<T> w = load(at);
      if (Update) {
        w -= then * change[v];
        store(at, w);
      }
      into[v] += now * w;
    }
  };
  std::int64_t i = 0;
  for (; i + kSums <= inputs; i += kSums) {
    for (int s = 0; s < kSums; ++s) one_row(i + s, sum[s]);
  }
  for (int s = 0; s < kSums; ++s) {
    if (i + s < inputs) one_row(i + s, sum[s]);
  }
  for (int v = 0; v < Vectors; ++v) {
    for (int width = kSums / 2; width > 0; width /= 2) {
      for (int s = 0; s < width; ++s) sum[s][v] += sum[s + width][v];
    }
    store(z + v * L, sum[0][v]);
  }
}

// Calls use(std::integral_constant<int, vectors>, first) for blocks of at most Most vectors.
template <int Most, class Use>
inline void in_blocks(std::int64_t vectors, Use&& use) {
  std::int64_t first = 0;
  for (std::int64_t blocks = (vectors + Most - 1) / Most; blocks > 0; --blocks) {
    const std::int64_t n = (vectors - first + blocks - 1) / blocks;  // evenly, none nearly empty
    [&]<int... k>(std::integer_sequence<int, k...>) {
      ((n == k + 1 ? (use(std::integral_constant<int, k + 1>(), first), 0) : 0), ...);
    }(std::make_integer_sequence<int, Most>());
    first += n;
  }
}

// dA[i] = sum over j of W[i, j] D[j], for as many rows i as a vector has lanes.
template <class T>
inline Vec<T> rows_times(const T* W, std::int64_t ldw, const T* D, std::int64_t vectors) {
  constexpr int L = kLanes<T>;
  Vec<T> sums[L];
  const Vec<T> first = load(D);
  for (int r = 0; r < L; ++r) sums[r] = load(W + r * ldw) * first;
  for (std::int64_t v = 1; v < vectors; ++v) {
    const Vec<T> d = load(D + v * L);
    for (int r = 0; r < L; ++r) sums[r] += load(W + r * ldw + v * L) * d;
  }
  return sums_of<T>(sums);
}

}  // namespace chainrule::CHAINRULE_ISA
