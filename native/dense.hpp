// The products of a dense layer, over rows from .. to of a panel of data:
//
//   forward    Z = A_below W + b                                  (rows, units)
//   delta      dL/dA_below = D W^T                                (rows, inputs)
//   gradient   dL/dW = A_below^T D,  dL/db = sum of D over rows   (inputs, units), (units)
#pragma once

#include "layer.hpp"
#include "tile.hpp"
#include "transpose.hpp"

namespace chainrule::CHAINRULE_ISA {

// Z of rows first, first + 1, ... from what is below those rows. b (width): the bias, or zeros.
template <class T>
inline void dense_forward(const Layer<T>& l, Matrix<T> below, const T* b, std::int64_t first,
                          std::int64_t rows) {
  T* const Z = l.Z + first * l.ld;
  const std::int64_t ld = l.ld;
  multiply(0, rows, 0, l.width, l.inputs, below, Panels<const T>(l.W()),
           [Z, ld, b](auto row, auto column, auto& sums) CHAINRULE_INLINE {
             for_each_sum(sums, [&](auto r, auto v) CHAINRULE_INLINE {
               const std::int64_t c = column + v * kLanes<T>;
               store(Z + (row + r) * ld + c, sums[r][v] + load(b + c));
             });
           });
}

template <class T>
inline Panels<T> transposed(const Layer<T>& l) {
  return {l.W_transposed, l.units, round_up(l.inputs, kLanes<T>)};
}

// Columns dx, dx + 1, ... (rows, ldx apart) from a panel of W^T, of which W_transposed holds the
// rows from `first` on; what those before add up to is in dx.
template <class T>
inline void delta_of_panel(const Layer<T>& l, T* dx, std::int64_t ldx, std::int64_t from,
                           std::int64_t to, std::int64_t first, Panels<const T> W_transposed) {
  multiply(from, to, 0, W_transposed.ld, W_transposed.rows, Matrix<T>{l.D + first, l.ld},
           W_transposed, [dx, ldx, first](auto row, auto within, auto& sums) CHAINRULE_INLINE {
             T* const x = dx + row * ldx + within;
             if (first > 0) {
               for_each_sum(sums, [&](auto r, auto v) CHAINRULE_INLINE {
                 sums[r][v] += load(x + r * ldx + v * kLanes<T>);
               });
             }
             for_each_sum(sums, [&](auto r, auto v) CHAINRULE_INLINE {
               store(x + r * ldx + v * kLanes<T>, sums[r][v]);
             });
           });
}

// All columns of dx for rows from .. to, where all of W^T is at hand.
template <class T>
inline void dense_delta(const Layer<T>& l, T* dx, std::int64_t ldx, std::int64_t from,
                        std::int64_t to) {
  const Panels<const T> all = transposed(l);
  for (std::int64_t c = 0; c < all.ld; c += kPanel<T>) {
    delta_of_panel<T>(l, dx + c, ldx, from, to, 0, {all.panel(c), all.rows, all.width(c)});
  }
}

// The columns of the panel that begins with column `column`, for all rows; its part of W^T is made
// here, some rows at a time.
template <class T>
CHAINRULE_APART void dense_delta_of_columns(const Layer<T>& l, T* dx, std::int64_t ldx,
                                            std::int64_t rows, std::int64_t column) {
  constexpr std::int64_t kRows = 32768 / (kPanel<T> * sizeof(T));
  alignas(kVectorBytes) T panel[kRows * kPanel<T>];
  const std::int64_t width = transposed(l).width(column);
  for (std::int64_t first = 0; first < l.units; first += kRows) {
    const std::int64_t last = l.units - first < kRows ? l.units : first + kRows;
    transpose<T>(l.W(), column, width, first, last, panel);
    delta_of_panel<T>(l, dx, ldx, 0, rows, first, {panel, last - first, width});
  }
}

// The gradient reads A_below by columns. Where that has more pages than a processor knows at once
// the addresses of, the columns of a tile are first copied side by side.
template <class T>
inline bool packs_columns(const Layer<T>& l, std::int64_t rows) {
  constexpr std::int64_t kKnown = 64 * 4096;  // bytes
  return l.stage->kind == Kind::dense && rows <= kPanelRows &&
         rows * l.inputs * std::int64_t{sizeof(T)} >= kKnown && l.width > kPanel<T>;
}

// The gradient of rows first .. last of W over all `rows` rows of the panel of data, a tile at a
// time: use(row, column, sums).
template <class T, class Use>
inline void dense_gradient(const Layer<T>& l, const Rows<T>& below, std::int64_t rows,
                           std::int64_t first, std::int64_t last, Use&& use) {
  const Panels<const T> D = {l.D, rows, l.width, l.ld};
  std::int64_t from = 0;
  const auto tile_of_rows = [&](auto row, auto column, auto& sums)
                                CHAINRULE_INLINE { use(from + row, column, sums); };
  if (!below.scattered && !packs_columns(l, rows)) {
    multiply(first, last, 0, l.width, rows, Transposed<T>{below.at, below.distance}, D,
             tile_of_rows);
    return;
  }
  constexpr std::int64_t kMost = kMostRows<2>;
  alignas(kVectorBytes) T columns[kPanelRows * kMost];
  const std::int64_t n = (last - first + kMost - 1) / kMost;
  for (std::int64_t i = 0; i < n; ++i) {
    from = first + (last - first) * i / n;
    const std::int64_t width = first + (last - first) * (i + 1) / n - from;
    for (std::int64_t r = 0; r < rows; ++r) {
      const T* const x = below.row(r) + from;
      copy(x, columns + r * width, width);
      fetch(x + 2 * kMost, 1);  // for the next tile
    }
    multiply(0, width, 0, l.width, rows, Transposed<T>{columns, width}, D, tile_of_rows);
  }
}

// g (width) += the sum of D over all rows, or = if they are the first; a few columns at a time,
// since each addition waits for the last.
template <class T>
CHAINRULE_APART void bias_gradient(const Layer<T>& l, T* g, std::int64_t rows, bool first) {
  constexpr int L = kLanes<T>;
  const auto columns = [&]<int V>(std::int64_t c, std::integral_constant<int, V>) {
    Vec<T> sums[V];
    for (int v = 0; v < V; ++v) sums[v] = first ? Vec<T>{} : load(g + c + v * L);
    for (std::int64_t r = 0; r < rows; ++r) {
      for (int v = 0; v < V; ++v) sums[v] += load(l.D + r * l.ld + c + v * L);
    }
    for (int v = 0; v < V; ++v) store(g + c + v * L, sums[v]);
  };
  std::int64_t c = 0;
  for (; c + 4 * L <= l.width; c += 4 * L) columns(c, std::integral_constant<int, 4>());
  for (; c < l.width; c += L) columns(c, std::integral_constant<int, 1>());
}

}  // namespace chainrule::CHAINRULE_ISA
