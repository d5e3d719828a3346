// Measures: one number for each row of outputs a (n) and targets y (n), or a class number y (1).
//
// A row of the table here has a row of the same name in src/chainrule/measures.py. Where outputs
// are NaN the first of them is the largest, as for NumPy's argmax. A measure that takes less time
// for several rows at once has `rows`.
#pragma once

#include <cstdint>
#include <limits>

#include "table.hpp"
#include "transpose.hpp"

namespace chainrule::CHAINRULE_ISA {

constexpr int kTop = 5;  // of the top-k measures

// Whether b comes after a in the order in which NaN is above all numbers.
template <class T>
CHAINRULE_INLINE inline IntVec<T> is_above(Vec<T> b, Vec<T> a) {
  return ~(b <= a) & (a == a);
}

// The first of the largest, from whole vectors: each lane keeps the largest that it has met and
// its number, then the lanes are compared, and of equals the lower number stays.
template <class T>
inline std::int64_t index_of_largest(const T* x, std::int64_t n) {
  using Int = typename Types<T>::Int;
  constexpr int L = kLanes<T>;
  IntVec<T> number;
  for (int k = 0; k < L; ++k) number[k] = static_cast<Int>(k);
  const Vec<T> none = broadcast(-std::numeric_limits<T>::infinity());
  Vec<T> most = first_lanes<T>(load(x), n, none);
  IntVec<T> at = number;
  for (std::int64_t c = L; c < n; c += L) {
    const Vec<T> here = first_lanes<T>(load(x + c), n - c, none);
    const IntVec<T> above = is_above<T>(here, most);
    at = above ? number + static_cast<Int>(c) : at;
    most = above ? here : most;
  }
  const Vec<T> largest =
      over_lanes<T>(most, [](Vec<T> a, Vec<T> b) { return is_above<T>(b, a) ? b : a; });
  constexpr Int kBehind = std::numeric_limits<Int>::max();
  IntVec<T> first = is_above<T>(largest, most) ? IntVec<T>{} + kBehind : at;
  first = over_lanes<T>(first, [](IntVec<T> a, IntVec<T> b) { return a < b ? a : b; });
  return first[0];
}

// Rows of outputs a (rows, ld) and targets y (rows, ld_y).
template <class T>
struct MeasuredRows {
  const T* a;
  const T* y;
  std::int64_t rows, n, ld, ld_y;
};

// The same for up to a vector's lanes of rows, which are `ld` apart: a lane for each.
template <class T>
inline IntVec<T> indices_of_largest(const T* x, std::int64_t ld, std::int64_t rows,
                                    std::int64_t n) {
  using Int = typename Types<T>::Int;
  constexpr int L = kLanes<T>;
  Vec<T> most = broadcast(-std::numeric_limits<T>::infinity());
  IntVec<T> at = {};
  for (std::int64_t c = 0; c < n; c += L) {
    Vec<T> columns[L];
    load_columns<T>(x + c, ld, rows, columns);
    for (std::int64_t k = 0; k < L && c + k < n; ++k) {
      const Vec<T> here = columns[k];
      const IntVec<T> above = is_above<T>(here, most);
      at = above ? IntVec<T>{} + static_cast<Int>(c + k) : at;
      most = above ? here : most;
    }
  }
  return at;
}

template <class T>
inline double within_top(const T* a, std::int64_t chosen, std::int64_t n) {
  int larger = 0;
  for (std::int64_t j = 0; j < n; ++j) larger += a[j] > a[chosen];
  return larger < kTop;
}

struct BinaryAccuracy {
  static constexpr const char* kName = "binary_accuracy";
  template <class T>
  static double of(const T* a, const T* y, std::int64_t n) {
    std::int64_t right = 0;
    for (std::int64_t j = 0; j < n; ++j) right += (a[j] > T(0.5)) == (y[j] > T(0.5));
    return static_cast<double>(right) / static_cast<double>(n);
  }
};

struct CategoricalAccuracy {
  static constexpr const char* kName = "categorical_accuracy";
  template <class T>
  static double of(const T* a, const T* y, std::int64_t n) {
    return index_of_largest(a, n) == index_of_largest(y, n);
  }
  template <class T>
  static double rows(const MeasuredRows<T>& all) {
    using Int = typename Types<T>::Int;
    Int right = 0;
    for (std::int64_t r = 0; r < all.rows; r += kLanes<T>) {
      const std::int64_t rows = all.rows - r;
      const IntVec<T> guess = indices_of_largest<T>(all.a + r * all.ld, all.ld, rows, all.n);
      const IntVec<T> target = indices_of_largest<T>(all.y + r * all.ld_y, all.ld_y, rows, all.n);
      IntVec<T> lane;
      for (int k = 0; k < kLanes<T>; ++k) lane[k] = static_cast<Int>(k);
      const IntVec<T> is_right = (guess == target) & (lane < static_cast<Int>(rows));
      right -= over_lanes<T>(is_right, [](IntVec<T> a, IntVec<T> b) { return a + b; })[0];
    }
    return static_cast<double>(right);
  }
};

struct SparseCategoricalAccuracy {
  static constexpr const char* kName = "sparse_categorical_accuracy";
  static constexpr bool kSparse = true;
  template <class T>
  static double of(const T* a, const T* y, std::int64_t n) {
    return index_of_largest(a, n) == static_cast<std::int64_t>(*y);
  }
};

struct TopKCategoricalAccuracy {
  static constexpr const char* kName = "top_k_categorical_accuracy";
  template <class T>
  static double of(const T* a, const T* y, std::int64_t n) {
    return within_top(a, index_of_largest(y, n), n);
  }
};

struct SparseTopKCategoricalAccuracy {
  static constexpr const char* kName = "sparse_top_k_categorical_accuracy";
  static constexpr bool kSparse = true;
  template <class T>
  static double of(const T* a, const T* y, std::int64_t n) {
    return within_top(a, static_cast<std::int64_t>(*y), n);
  }
};

struct MeanOfSquares {
  static constexpr const char* kName = "mean_squared_error";
  template <class T>
  static double of(const T* a, const T* y, std::int64_t n) {
    double sum = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      const double off = static_cast<double>(a[j]) - static_cast<double>(y[j]);
      sum += off * off;
    }
    return sum / static_cast<double>(n);
  }
};

struct MeanOfDistances {
  static constexpr const char* kName = "mean_absolute_error";
  template <class T>
  static double of(const T* a, const T* y, std::int64_t n) {
    double sum = 0;
    for (std::int64_t j = 0; j < n; ++j) {
      const double off = static_cast<double>(a[j]) - static_cast<double>(y[j]);
      sum += off < 0 ? -off : off;
    }
    return sum / static_cast<double>(n);
  }
};

using Measures =
    List<BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy, TopKCategoricalAccuracy,
         SparseTopKCategoricalAccuracy, MeanOfSquares, MeanOfDistances>;

// Adds each of n_measures measures of the rows to sums.
template <class T>
inline void add_measures(const int* measures, int n_measures, const MeasuredRows<T>& all,
                         double* sums) {
  for (int m = 0; m < n_measures; ++m) {
    with_row(measures[m], Measures(), [&]<class F>(Type<F>) {
      if constexpr (requires { F::rows(all); }) {
        if (all.rows > 1) {
          sums[m] += F::rows(all);
          return;
        }
      }
      for (std::int64_t r = 0; r < all.rows; ++r) {
        sums[m] += F::template of<T>(all.a + r * all.ld, all.y + r * all.ld_y, all.n);
      }
    });
  }
}

}  // namespace chainrule::CHAINRULE_ISA
