// The one matrix product: C[M, N] = A[M, K] B[K, N], in tiles that stay in registers.
//
// A is read by scalar broadcast with free row and column strides, so that X and X transposed are
// the same code. B is read by whole vectors, a panel of two vectors' width at a time (panel.hpp).
// What happens to a finished tile of C (add the bias, update a weight) is the epilogue's affair:
// epilogue(row, column, sums), where sums[r][v] belongs to row + r and to the vector of columns
// that begins at column + v * lanes.
#pragma once

#include "panel.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
struct Matrix {
  const T* at;
  std::int64_t row;  // distance between rows, in elements
  std::int64_t column = 1;
};

// Calls use(r, v) for each vector of a tile of sums, with constants.
template <class V, int Rows, int Vectors, class Use>
CHAINRULE_INLINE inline void for_each_sum(V (&)[Rows][Vectors], Use&& use) {
  unrolled<Rows>([&](auto r) CHAINRULE_INLINE {
    unrolled<Vectors>([&](auto v) CHAINRULE_INLINE { use(r, v); });
  });
}

// Where in memory sums[r][v] belongs, relative to the first, in a matrix that is kept in panels.
template <class T, class V, int Rows, int Vectors>
constexpr std::int64_t place_in_tile(V (&)[Rows][Vectors], int r, int v) {
  return (r * Vectors + v) * kLanes<T>;
}

// The most rows of a tile: as many as leave registers for B and for one element of A.
template <int Vectors>
constexpr int kMostRows = (kRegisters == 32 ? 24 : 12) / (Vectors == 1 ? 3 : 4) * 2;

// Rows x Vectors accumulators: each step of k loads Vectors vectors of B and broadcasts Rows
// elements of A.
template <int Rows, int Vectors, class T, class Epilogue>
CHAINRULE_INLINE inline void tile(std::int64_t K, Matrix<T> A, const T* b, std::int64_t ldb,
                                  std::int64_t row, std::int64_t column, Epilogue&& epilogue) {
  Vec<T> sum[Rows][Vectors] = {};
  const T* a = A.at + row * A.row;
  for (std::int64_t k = 0; k < K; ++k, a += A.column, b += ldb) {
    Vec<T> bs[Vectors];
    unrolled<Vectors>([&](auto v) CHAINRULE_INLINE { bs[v] = load(b + v * kLanes<T>); });
    unrolled<Rows>([&](auto r) CHAINRULE_INLINE {
      const T x = a[r * A.row];
      unrolled<Vectors>([&](auto v) CHAINRULE_INLINE { sum[r][v] += x * bs[v]; });
    });
  }
  epilogue(row, column, sum);
}

// Rows `from` to `to` of one panel, in tiles of `rows` rows; Rows is rows as a constant.
template <int Vectors, int Rows, class T, class Epilogue>
CHAINRULE_INLINE inline void tiles(std::int64_t rows, std::int64_t from, std::int64_t to,
                                   std::int64_t K, Matrix<T> A, const T* b, std::int64_t ldb,
                                   std::int64_t column, Epilogue&& epilogue) {
  if constexpr (Rows > 0) {
    if (rows < Rows) {
      tiles<Vectors, Rows - 1>(rows, from, to, K, A, b, ldb, column, epilogue);
    } else {
      for (; from < to; from += Rows) tile<Rows, Vectors>(K, A, b, ldb, from, column, epilogue);
    }
  }
}

// All rows of one panel, cut evenly: a remainder of one or two rows would cost as much as a tile.
template <int Vectors, class T, class Epilogue>
CHAINRULE_APART void strip(std::int64_t from, std::int64_t to, std::int64_t K, Matrix<T> A,
                           const T* b, std::int64_t ldb, std::int64_t column, Epilogue&& epilogue) {
  constexpr int Most = kMostRows<Vectors>;
  const std::int64_t M = to - from, n = (M + Most - 1) / Most;
  if (n == 0) return;
  const std::int64_t rows = M / n, larger = from + (M % n) * (rows + 1);
  if (larger > from) {
    tiles<Vectors, Most>(rows + 1, from, larger, K, A, b, ldb, column, epilogue);
  }
  tiles<Vectors, Most>(rows, larger, to, K, A, b, ldb, column, epilogue);
}

// Rows from .. to of C, columns of the panels that begin at first .. last (exclusive).
template <class T, class Epilogue>
inline void multiply(std::int64_t from, std::int64_t to, std::int64_t first, std::int64_t last,
                     std::int64_t K, Matrix<T> A, Panels<const T> B, Epilogue&& epilogue) {
  for (std::int64_t column = first; column < last; column += kPanel<T>) {
    const T* b = B.panel(column);
    if (B.width(column) == kPanel<T>) {
      strip<2>(from, to, K, A, b, B.row(column), column, epilogue);
    } else {
      strip<1>(from, to, K, A, b, B.row(column), column, epilogue);
    }
  }
}

}  // namespace chainrule::CHAINRULE_ISA
