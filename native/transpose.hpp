// Transposes a matrix in panels, a square block of one vector's width at a time.
#pragma once

#include "panel.hpp"

namespace chainrule::CHAINRULE_ISA {

// One of log2(lanes) steps: exchanges the Step x Step blocks off the diagonal of rows a and b.
template <int Step, class T, std::size_t... k>
CHAINRULE_INLINE inline void exchange(Vec<T>& a, Vec<T>& b, std::index_sequence<k...>) {
  constexpr int L = kLanes<T>;
  const Vec<T> upper = __builtin_shufflevector(a, b, (k & Step ? L + (k ^ Step) : k)...);
  b = __builtin_shufflevector(a, b, (k & Step ? L + k : (k ^ Step))...);
  a = upper;
}

template <class T, int Step = 1>
CHAINRULE_INLINE inline void transpose_block(Vec<T>* v) {
  constexpr int L = kLanes<T>;
  if constexpr (Step < L) {
    for (int i = 0; i < L; ++i) {
      if (!(i & Step)) exchange<Step, T>(v[i], v[i + Step], std::make_index_sequence<L>());
    }
    transpose_block<T, 2 * Step>(v);
  }
}

// Lane r of block[c] is column c of row r: a vector's lanes of columns of up to so many rows, which
// are `ld` apart. Rows beyond are zero.
template <class T>
CHAINRULE_INLINE inline void load_columns(const T* x, std::int64_t ld, std::int64_t rows,
                                          Vec<T>* block) {
  for (int r = 0; r < kLanes<T>; ++r) block[r] = r < rows ? load(x + r * ld) : Vec<T>{};
  transpose_block<T>(block);
}

// The same the other way round. block is overwritten.
template <class T>
CHAINRULE_INLINE inline void store_columns(Vec<T>* block, T* x, std::int64_t ld,
                                           std::int64_t rows) {
  transpose_block<T>(block);
  for (int r = 0; r < kLanes<T>; ++r) {
    if (r < rows) store(x + r * ld, block[r]);
  }
}

// A panel of the transposed matrix: to[j - first, i - column] = from[i, j], for the rows i that lie
// in column .. column + width and for the columns j in first .. last; first is a multiple of the
// lanes. to (last - first, width) is zero where from has no such row.
template <class T>
CHAINRULE_APART void transpose(Panels<const T> from, std::int64_t column, std::int64_t width,
                               std::int64_t first, std::int64_t last, T* to) {
  constexpr int L = kLanes<T>;
  const std::int64_t rows = from.rows - column;
  for (std::int64_t j = first; j < last; j += L) {
    const T* const in = from.vector(column, j);
    const std::int64_t ld = from.row(j - j % kPanel<T>), n = last - j < L ? last - j : L;
    for (std::int64_t i = 0; i < width; i += L) {
      Vec<T> block[L];
      for (int k = 0; k < L; ++k) block[k] = i + k < rows ? load(in + (i + k) * ld) : Vec<T>{};
      transpose_block<T>(block);
      T* const out = to + (j - first) * width + i;
      for (int k = 0; k < L; ++k) {
        if (k < n) store(out + k * width, block[k]);
      }
    }
  }
}

}  // namespace chainrule::CHAINRULE_ISA
