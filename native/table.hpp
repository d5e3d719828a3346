// From the number of a row to its struct: the only place that branches on a row.
#pragma once

#include "optimizers.hpp"

namespace chainrule::CHAINRULE_ISA {

// Calls use(Row()) for the row of that number, counted from 0.
template <class Use, class First, class... Rest>
inline void with_row(int row, List<First, Rest...>, Use&& use) {
  if constexpr (sizeof...(Rest) == 0) {
    (void)row;
    use(First());
  } else {
    if (row == 0) {
      use(First());
    } else {
      with_row(row - 1, List<Rest...>(), static_cast<Use&&>(use));
    }
  }
}

}  // namespace chainrule::CHAINRULE_ISA
