// The one matrix product: C[M, N] = A[M, K] B[K, N], in tiles that stay in registers.
//
// A is read by scalar broadcast, X and X transposed by the same code. B is read by whole vectors, a
// panel of two vectors' width at a time (panel.hpp). What happens to a finished tile of C (add the
// bias, update a weight) is the epilogue's affair: epilogue(row, column, sums), where sums[r][v]
// belongs to row + r and to the vector of columns that begins at column + v * lanes.
#pragma once

#include "panel.hpp"

namespace chainrule::CHAINRULE_ISA {

// A matrix whose rows lie side by side, `row` elements apart.
template <class T>
struct Matrix {
  const T* at;
  std::int64_t row;
};

// The same seen the other way round: its columns are `column` elements apart.
template <class T>
struct Transposed {
  const T* at;
  std::int64_t column;
};

// Goes through the columns of rows row .. row + Rows - 1 of A, for a tile: element(r) is row r of
// the column that it has come to.
template <int Rows, class A>
class Columns;

// Every fourth row has a pointer of its own, from which the next three are one, two and three
// distances away: with a distance for each row registers would run out. The compiler is kept from
// seeing that the pointers have to do with each other, or it makes twelve distances of them.
template <int Rows, class T>
class Columns<Rows, Matrix<T>> {
 public:
  CHAINRULE_INLINE Columns(Matrix<T> A, std::int64_t row) : distance_(A.row) {
    unrolled<kPointers>([&](auto i) CHAINRULE_INLINE {
      at_[i] = A.at + (row + 4 * i) * A.row;
      asm("" : "+r"(at_[i]));
    });
  }
  CHAINRULE_INLINE T element(int r) const { return at_[r / 4][r % 4 * distance_]; }
  CHAINRULE_INLINE void next() {
    unrolled<kPointers>([&](auto i) CHAINRULE_INLINE { ++at_[i]; });
  }

 private:
  static constexpr int kPointers = (Rows + 3) / 4;
  const T* at_[kPointers];
  std::int64_t distance_;
};

template <int Rows, class T>
class Columns<Rows, Transposed<T>> {
 public:
  CHAINRULE_INLINE Columns(Transposed<T> A, std::int64_t row)
      : at_(A.at + row), distance_(A.column) {}
  CHAINRULE_INLINE T element(int r) const { return at_[r]; }
  CHAINRULE_INLINE void next() { at_ += distance_; }

 private:
  const T* at_;
  std::int64_t distance_;
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
// elements of A. The tallest tiles, those of large products, fetch rows of B some steps ahead where
// the panel is more than half of the first cache: it comes from behind it then.
template <int Rows, int Vectors, class T, class M, class Epilogue>
CHAINRULE_INLINE inline void tile(std::int64_t K, M A, const T* b, std::int64_t ldb,
                                  std::int64_t row, std::int64_t column, Epilogue&& epilogue) {
  constexpr std::int64_t kAhead = 8, kHalf = 16384;
  Vec<T> sum[Rows][Vectors] = {};
  Columns<Rows, M> a(A, row);
  const auto add_up = [&](auto fetches) CHAINRULE_INLINE {
    for (std::int64_t k = 0; k < K; ++k, a.next(), b += ldb) {
      Vec<T> bs[Vectors];
      unrolled<Vectors>([&](auto v) CHAINRULE_INLINE { bs[v] = load(b + v * kLanes<T>); });
      if constexpr (fetches) fetch(b + kAhead * ldb, Vectors * kLanes<T>);
      unrolled<Rows>([&](auto r) CHAINRULE_INLINE {
        const T x = a.element(r);
        unrolled<Vectors>([&](auto v) CHAINRULE_INLINE { sum[r][v] += x * bs[v]; });
      });
    }
  };
  if constexpr (Vectors == 2 && Rows >= kMostRows<2> - 1) {
    if (K * ldb * std::int64_t{sizeof(T)} > kHalf) {
      add_up(std::true_type());
    } else {
      add_up(std::false_type());
    }
  } else {
    add_up(std::false_type());
  }
  epilogue(row, column, sum);
}

// Rows `from` to `to` of one panel, in tiles of `rows` rows; Rows is rows as a constant.
template <int Vectors, int Rows, class T, class M, class Epilogue>
CHAINRULE_INLINE inline void tiles(std::int64_t rows, std::int64_t from, std::int64_t to,
                                   std::int64_t K, M A, const T* b, std::int64_t ldb,
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
template <int Vectors, class T, class M, class Epilogue>
CHAINRULE_APART void strip(std::int64_t from, std::int64_t to, std::int64_t K, M A, const T* b,
                           std::int64_t ldb, std::int64_t column, Epilogue&& epilogue) {
  constexpr int Most = kMostRows<Vectors>;
  const std::int64_t all = to - from, n = (all + Most - 1) / Most;
  std::int64_t rows = all, end = from;
  if (n > 1) {  // a division takes as long as a small tile
    rows = all / n;
    end = from + all % n * (rows + 1);  // so far tiles have a row more
  }
  for (++rows; from < to; from = end) {
    if (from == end) {
      --rows;
      end = to;
    }
    tiles<Vectors, Most>(rows, from, end, K, A, b, ldb, column, epilogue);
  }
}

// Rows from .. to of C, columns of the panels that begin at first .. last (exclusive).
template <class T, class M, class Epilogue>
inline void multiply(std::int64_t from, std::int64_t to, std::int64_t first, std::int64_t last,
                     std::int64_t K, M A, Panels<const T> B, Epilogue&& epilogue) {
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
