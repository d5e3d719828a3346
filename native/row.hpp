// Training one sample at a time: products with a single row, where nothing can be tiled.
//
// The weights are then read and written for every sample, and that traffic is all the cost. So the
// step of a layer's kernel is made where it is read anyway: with the delta of the layer below, or
// in the first layer, which has none below, when the next sample comes: one pass over W then makes
// the step of the sample before and computes the product of this one.
#pragma once

#include "row_kernel.hpp"

namespace chainrule::CHAINRULE_ISA {

// For one panel of W, Vectors vectors wide:
//   W[i, :] -= before[i] * (rate * D);   z = b + sum over i of x[i] * W[i, :]
// x, before (inputs); W (inputs, Vectors vectors), D, b (Vectors vectors); use() gets vector and z.
template <bool Update, int Vectors, class T, class Use>
CHAINRULE_INLINE inline void update_and_forward_panel(std::int64_t inputs, const T* x,
                                                      const T* before, T rate, const T* D, T* W,
                                                      const T* b, Use&& use) {
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
    use(v, sum[0][v]);
  }
}

// The same for the columns w (n, ld) that fill no vector, by vectors of their elements. x and
// before may be anything behind their `inputs` numbers.
template <bool Update, class T>
CHAINRULE_INLINE inline void update_and_forward_columns(std::int64_t inputs, const T* x,
                                                        const T* before, T rate, const T* D, T* w,
                                                        std::int64_t n, std::int64_t ld, const T* b,
                                                        T* z) {
  constexpr int L = kLanes<T>;
  Vec<T> result = load(b);
  for (std::int64_t j = 0; j < n; ++j, w += ld) {
    Vec<T> sum = {};
    const Vec<T> change = broadcast(Update ? rate * D[j] : T(0));
    const auto elements = [&](std::int64_t i, Vec<T> now, Vec<T> then) CHAINRULE_INLINE {
      Vec<T> v = load(w + i);
      if (Update) {
        v -= then * change;
        store(w + i, v);
      }
      sum += now * v;
    };
    std::int64_t i = 0;
    for (; i + L <= inputs; i += L) elements(i, load(x + i), Update ? load(before + i) : Vec<T>{});
    if (i < inputs) {
      const Vec<T> now = first_lanes<T>(load(x + i), inputs - i);
      elements(i, now, Update ? first_lanes<T>(load(before + i), inputs - i) : Vec<T>{});
    }
    const Vec<T> all = over_lanes<T>(sum, [](Vec<T> p, Vec<T> q) { return p + q; });
    result += lane_numbers<T>() == static_cast<T>(j) ? all : Vec<T>{};
  }
  store(z, result);
}

// The same for all of W. x and before may be read as far as whole vectors go.
template <bool Update, class T>
CHAINRULE_APART void update_and_forward(const T* x, const T* before, T rate, const T* D,
                                        const RowKernel<T> kernel, const T* b, T* z) {
  const Panels<T> W = kernel.panels;
  const std::int64_t inputs = W.rows;
  if (kernel.n_columns > 0) {
    update_and_forward_columns<Update>(inputs, x, before, rate, D + W.ld, kernel.columns,
                                       kernel.n_columns, kernel.column_length(), b + W.ld,
                                       z + W.ld);
  }
  for (std::int64_t c = 0; c < W.ld; c += kPanel<T>) {
    const auto keep = [&](int v, Vec<T> sum)
                          CHAINRULE_INLINE { store(z + c + v * kLanes<T>, sum); };
    if (W.width(c) == kPanel<T>) {
      update_and_forward_panel<Update, 2>(inputs, x, before, rate, D + c, W.panel(c), b + c, keep);
    } else {
      update_and_forward_panel<Update, 1>(inputs, x, before, rate, D + c, W.panel(c), b + c, keep);
    }
  }
}

// The same for a layer of one vector, and a = F(z), for which z is still in its register.
template <bool Update, class F, class T>
CHAINRULE_APART void update_forward_and_activate(const T* x, const T* before, T rate, const T* D,
                                                 const RowKernel<T> kernel, const T* b, T* z, T* a,
                                                 T alpha) {
  const auto activate = [&](int, Vec<T> sum) CHAINRULE_INLINE {
    store(z, sum);  // which may be the place of a
    store(a, F::template value<T>(sum, alpha));
  };
  update_and_forward_panel<Update, 1>(kernel.rows(), x, before, rate, D, kernel.panels.at, b,
                                      activate);
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
CHAINRULE_INLINE inline Vec<T> delta_and_update(const RowKernel<T>& kernel, std::int64_t first,
                                                const T* x, const T* D, T rate) {
  constexpr int L = kLanes<T>;
  const Panels<T> W = kernel.panels;
  const std::int64_t n = W.rows - first < L ? W.rows - first : L;
  Vec<T> sums[L] = {}, of_columns = {};
  const Vec<T> then = first_lanes<T>(load(x + first), n);
  for (std::int64_t j = 0; j < kernel.n_columns; ++j) {
    T* const at = kernel.column(j) + first;
    const T d = D[W.ld + j];
    const Vec<T> w = load(at);
    of_columns += w * d;
    store(at, w - then * (rate * d));
  }
  for (std::int64_t c = 0; c < W.ld; c += kPanel<T>) {
    T* const w = W.tile(first, c);
    if (W.width(c) == kPanel<T>) {
      delta_and_update_panel<2>(n, x + first, rate, D + c, w, sums);
    } else {
      delta_and_update_panel<1>(n, x + first, rate, D + c, w, sums);
    }
  }
  return of_columns + sums_of<T>(sums);
}

}  // namespace chainrule::CHAINRULE_ISA
