// Transposes a matrix, a square block of one vector's width at a time.
#pragma once

#include "simd.hpp"

namespace chainrule::CHAINRULE_ISA {

// One of log2(lanes) steps: exchanges the Step x Step blocks off the diagonal of rows a and b.
template <int Step, class T, std::size_t... k>
inline void exchange(Vec<T>& a, Vec<T>& b, std::index_sequence<k...>) {
  constexpr int L = kLanes<T>;
  const Vec<T> upper = __builtin_shufflevector(a, b, (k & Step ? L + (k ^ Step) : k)...);
  b = __builtin_shufflevector(a, b, (k & Step ? L + k : (k ^ Step))...);
  a = upper;
}

template <class T, int Step = 1>
inline void transpose_block(Vec<T>* v) {
  constexpr int L = kLanes<T>;
  if constexpr (Step < L) {
    for (int i = 0; i < L; ++i) {
      if (!(i & Step)) exchange<Step, T>(v[i], v[i + Step], std::make_index_sequence<L>());
    }
    transpose_block<T, 2 * Step>(v);
  }
}

// to[j, i] = from[i, j] for i < rows, j < columns. Whole blocks are read and written: both matrices
// have room for rows and columns rounded up to whole vectors.
template <class T>
inline void transpose(std::int64_t rows, std::int64_t columns, const T* from, std::int64_t ld_from,
                      T* to, std::int64_t ld_to) {
  constexpr int L = kLanes<T>;
  for (std::int64_t i = 0; i < rows; i += L) {
    for (std::int64_t j = 0; j < columns; j += L) {
      Vec<T> block[L];
      for (int k = 0; k < L; ++k) block[k] = load(from + (i + k) * ld_from + j);
      transpose_block<T>(block);
      for (int k = 0; k < L; ++k) store(to + (j + k) * ld_to + i, block[k]);
    }
  }
}

}  // namespace chainrule::CHAINRULE_ISA
