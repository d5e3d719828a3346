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

// to[j, i] = from[i, j] for i < rows and those j < columns that lie in first .. last, both in
// panels; first is a multiple of the lanes. Where rows end within a vector, the rest of that vector
// of `to` becomes zero.
template <class T>
CHAINRULE_APART void transpose(std::int64_t rows, std::int64_t columns, std::int64_t first,
                               std::int64_t last, Panels<const T> from, Panels<T> to) {
  constexpr int L = kLanes<T>;
  for (std::int64_t j = first; j < last; j += L) {
    const T* in = from.vector(0, j);
    const std::int64_t ld_in = from.row(j - j % kPanel<T>), n = columns - j < L ? columns - j : L;
    for (std::int64_t i = 0; i < rows; i += L) {
      Vec<T> block[L];
      for (int k = 0; k < L; ++k) block[k] = i + k < rows ? load(in + (i + k) * ld_in) : Vec<T>{};
      transpose_block<T>(block);
      T* out = to.vector(j, i);
      const std::int64_t ld_out = to.row(i - i % kPanel<T>);
      for (int k = 0; k < L; ++k) {
        if (k < n) store(out + k * ld_out, block[k]);
      }
    }
  }
}

}  // namespace chainrule::CHAINRULE_ISA
