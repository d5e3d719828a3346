#include "orders.hpp"

#include <cstring>

namespace chainrule {

bool draw_orders(std::int64_t* numbers, std::int64_t rows, std::int64_t n) {
  for (std::int64_t r = 0; r < rows; ++r) {
    std::int64_t* const order = numbers + r * n;
    for (std::int64_t i = 0; i < n; ++i) {
      double u;
      std::memcpy(&u, order + i, sizeof(u));
      if (!(u >= 0 && u < 1)) return false;
      const auto j = static_cast<std::int64_t>(u * static_cast<double>(i + 1));
      order[i] = order[j];
      order[j] = i;
    }
  }
  return true;
}

}  // namespace chainrule
