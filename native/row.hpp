// Training one sample at a time: products with a single row, where nothing can be tiled.
//
// The weights are then read and written for every sample, and that traffic is all the cost. So a
// step of gradient descent is put off until the next sample needs the weights: one pass over W
// applies the update of the sample before and computes the forward product of this one.
#pragma once

#include "panel.hpp"

namespace chainrule::CHAINRULE_ISA {

// For one panel of W, Vectors vectors wide:
//   W[i, :] -= before[i] * (rate * D);   z = b + sum over i of x[i] * W[i, :]
// x, before (inputs); W (inputs, Vectors vectors), D, b, z (Vectors vectors).
template <bool Update, int Vectors, class T>
CHAINRULE_INLINE inline void update_and_forward_panel(std::int64_t inputs, const T* x,
                                                      const T* before, T rate, const T* D, T* W,
                                                      const T* b, T* z) {
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
      T* at = W + (i * Vectors + v) * L;
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

// The same for all of W.
template <bool Update, class T>
CHAINRULE_APART void update_and_forward(std::int64_t inputs, const T* x, const T* before, T rate,
                                        const T* D, Panels<T> W, const T* b, T* z) {
  for (std::int64_t c = 0; c < W.ld; c += kPanel<T>) {
    if (W.width(c) == kPanel<T>) {
      update_and_forward_panel<Update, 2>(inputs, x, before, rate, D + c, W.panel(c), b + c, z + c);
    } else {
      update_and_forward_panel<Update, 1>(inputs, x, before, rate, D + c, W.panel(c), b + c, z + c);
    }
  }
}

// dA[i] = sum over j of W[i, j] D[j] for the rows i from `first` on, as many as a vector has lanes;
// 0 for rows that W does not have.
template <class T>
CHAINRULE_INLINE inline Vec<T> rows_times(Panels<T> W, std::int64_t first, std::int64_t rows,
                                          const T* D) {
  constexpr int L = kLanes<T>;
  Vec<T> sums[L] = {};
  for (std::int64_t c = 0; c < W.ld; c += kPanel<T>) {
    const T* w = W.panel(c) + first * W.width(c);
    const std::int64_t width = W.width(c);
    for (std::int64_t v = 0; v < width; v += L) {
      const Vec<T> d = load(D + c + v);
      if (first + L <= rows) {
        for (int r = 0; r < L; ++r) sums[r] += load(w + r * width + v) * d;
      } else {
        for (int r = 0; r < L; ++r) {
          if (first + r < rows) sums[r] += load(w + r * width + v) * d;
        }
      }
    }
  }
  return sums_of<T>(sums);
}

}  // namespace chainrule::CHAINRULE_ISA
