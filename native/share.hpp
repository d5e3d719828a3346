// What of the rows, or columns, of a panel falls to one of several threads.
#pragma once

#include <cstdint>

namespace chainrule::CHAINRULE_ISA {

inline std::int64_t lesser(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

// The part of 0 .. rows that falls to one of several threads, in whole units of so many rows.
struct Share {
  std::int64_t from, to;
  Share(std::int64_t rows, std::int64_t unit, int part, int parts) {
    const std::int64_t units = (rows + unit - 1) / unit;
    from = lesser(rows, units * part / parts * unit);
    to = lesser(rows, units * (part + 1) / parts * unit);
  }
};

}  // namespace chainrule::CHAINRULE_ISA
