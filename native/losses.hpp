// Losses: for each output its share of the loss, and beside it the gradient dL/da.
//
// A row here has a row of the same name in src/chainrule/losses.py.
#pragma once

#include "activations.hpp"

namespace chainrule::CHAINRULE_ISA {

struct SumOfSquaredErrors {
  static constexpr const char* kName = "sum_of_squared_errors";
  static constexpr bool kMean = false;
  template <class T>
  static Vec<T> value(Vec<T> a, Vec<T> y) {
    return (a - y) * (a - y);
  }
  template <class T>
  static Vec<T> gradient(Vec<T> a, Vec<T> y) {
    return T(2) * (a - y);
  }
};

using Losses = List<SumOfSquaredErrors>;

}  // namespace chainrule::CHAINRULE_ISA
