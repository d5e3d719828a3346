// Training one sample at a time: products with a single row, where nothing can be tiled.
//
// The weights are then read and written for every sample, and that traffic is all the cost. So the
// step of a layer's kernel is made where it is read anyway: with the delta of the layer below, or
// in the first layer, which has none below, when the next sample comes: one pass over W then makes
// the step of the sample before and computes the product of this one.
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

// Rows 0 .. rows - 1, at most L, of one panel of W, Vectors vectors wide:
//   sums[r] += W[r, :] D, lane by lane;   W[r, :] -= x[r] * (rate * D)
template <int Vectors, class T>
CHAINRULE_INLINE inline void delta_and_update_panel(std::int64_t rows, const T* x, T rate,
                                                    const T* D, T* W, Vec<T>* sums) {
  constexpr int L = kLanes<T>;
  Vec<T> d[Vectors], change[Vectors];
  for (int v = 0; v < Vectors; ++v) {
    d[v] = load(D + v * L);
    change[v] = rate * d[v];
  }
  const auto one_row = [&](auto r) CHAINRULE_INLINE {
    const Vec<T> then = broadcast(x[r]);
    unrolled<Vectors>([&](auto v) CHAINRULE_INLINE {
      T* const at = W + (r * Vectors + v) * L;
      const Vec<T> w = load(at);
      sums[r] += w * d[v];
      store(at, w - then * change[v]);
    });
  };
  if (rows == L) {
    unrolled<L>(one_row);
  } else {
    unrolled<L>([&](auto r) CHAINRULE_INLINE {
      if (r < rows) one_row(r);
    });
  }
}

// For the rows i of W from `first` on, as many as a vector has lanes:
//   dA[i] = sum over j of W[i, j] D[j];   W[i, :] -= x[i] * (rate * D)
// W is read once for both. dA is 0 for rows that W does not have.
template <class T>
CHAINRULE_INLINE inline Vec<T> delta_and_update(Panels<T> W, std::int64_t first, std::int64_t rows,
                                                const T* x, const T* D, T rate) {
  constexpr int L = kLanes<T>;
  const std::int64_t n = rows - first < L ? rows - first : L;
  Vec<T> sums[L] = {};
  for (std::int64_t c = 0; c < W.ld; c += kPanel<T>) {
    T* const w = W.tile(first, c);
    if (W.width(c) == kPanel<T>) {
      delta_and_update_panel<2>(n, x + first, rate, D + c, w, sums);
    } else {
      delta_and_update_panel<1>(n, x + first, rate, D + c, w, sums);
    }
  }
  return sums_of<T>(sums);
}

}  // namespace chainrule::CHAINRULE_ISA
