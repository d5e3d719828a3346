// Tables: from the number of a row to its struct. The only place that branches on a row.
#pragma once

#include "simd.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class... Rows>
struct List {};

// Stands for a row where none is made.
template <class Row>
struct Type {};

// Calls use(Type<Row>()) for the row of that number, counted from 0.
template <class Use, class First, class... Rest>
inline void with_row(int row, List<First, Rest...>, Use&& use) {
  if constexpr (sizeof...(Rest) == 0) {
    (void)row;
    use(Type<First>());
  } else {
    if (row == 0) {
      use(Type<First>());
    } else {
      with_row(row - 1, List<Rest...>(), static_cast<Use&&>(use));
    }
  }
}

}  // namespace chainrule::CHAINRULE_ISA
