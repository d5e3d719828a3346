// Measures: one number for each row of outputs a (n) and targets y (n), or a class number y (1).
//
// A row of the table here has a row of the same name in src/chainrule/measures.py. NaN outputs
// count as wrong.
#pragma once

#include <cstdint>

#include "table.hpp"

namespace chainrule::CHAINRULE_ISA {

constexpr int kTop = 5;  // of the top-k measures

template <class T>
inline std::int64_t index_of_largest(const T* x, std::int64_t n) {
  std::int64_t largest = 0;
  for (std::int64_t j = 1; j < n; ++j) {
    if (x[j] > x[largest]) largest = j;
  }
  return largest;
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

}  // namespace chainrule::CHAINRULE_ISA
