// The one matrix product: C[M, N] = A[M, K] B[K, N], in tiles that stay in registers.
//
// A is read by scalar broadcast with free row and column strides, so that X and X transposed are
// the same code. B is row-major, its rows padded to whole vectors. What happens to a finished
// vector of C (add the bias, multiply by a derivative, update a weight) is the epilogue's affair:
// epilogue(row, column, sum), where column counts from 0 in steps of one vector.
#pragma once

#include "simd.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
struct Matrix {
  const T* at;
  std::int64_t row;  // distance between rows, in elements
  std::int64_t column = 1;
};

// Rows x Vectors accumulators: each step of k loads Vectors vectors of B and broadcasts Rows
// elements of A.
template <int Rows, int Vectors, class T, class Epilogue>
inline void tile(std::int64_t K, Matrix<T> A, const T* B, std::int64_t ldb, std::int64_t row,
                 std::int64_t column, Epilogue&& epilogue) {
  constexpr int L = kLanes<T>;
  Vec<T> sum[Rows][Vectors] = {};
  const T* a = A.at + row * A.row;
  const T* b = B + column;
  for (std::int64_t k = 0; k < K; ++k, a += A.column, b += ldb) {
    Vec<T> bs[Vectors];
    for (int v = 0; v < Vectors; ++v) bs[v] = load(b + v * L);
    for (int r = 0; r < Rows; ++r) {
      const T x = a[r * A.row];
      for (int v = 0; v < Vectors; ++v) sum[r][v] += x * bs[v];
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) epilogue(row + r, column + v * L, sum[r][v]);
  }
}

// All rows of a strip of Vectors vectors: tiles of Rows rows, then smaller ones for what is left.
template <int Rows, int Vectors, class T, class Epilogue>
inline void strip(std::int64_t from, std::int64_t M, std::int64_t K, Matrix<T> A, const T* B,
                  std::int64_t ldb, std::int64_t column, Epilogue&& epilogue) {
  for (; M - from >= Rows; from += Rows) {
    tile<Rows, Vectors>(K, A, B, ldb, from, column, epilogue);
  }
  if constexpr (Rows > 1) {
    if (from < M)
      strip<(Rows > 8 ? 8 : Rows / 2), Vectors>(from, M, K, A, B, ldb, column, epilogue);
  }
}

template <class T, class Epilogue>
inline void multiply(std::int64_t M, std::int64_t N, std::int64_t K, Matrix<T> A, const T* B,
                     std::int64_t ldb, Epilogue&& epilogue) {
  constexpr int L = kLanes<T>;
  constexpr bool kMany = kRegisters == 32;  // registers for accumulators, B and one of A
  const std::int64_t vectors = (N + L - 1) / L;
  for (std::int64_t v = 0; v < vectors;) {
    const std::int64_t left = vectors - v;
    if (left == 1) {
      strip<kMany ? 16 : 8, 1>(0, M, K, A, B, ldb, v * L, epilogue);
      v += 1;
    } else if (left == 3 || left > 4) {
      strip<kMany ? 8 : 4, 3>(0, M, K, A, B, ldb, v * L, epilogue);
      v += 3;
    } else {
      strip<kMany ? 12 : 6, 2>(0, M, K, A, B, ldb, v * L, epilogue);
      v += 2;
    }
  }
}

}  // namespace chainrule::CHAINRULE_ISA
