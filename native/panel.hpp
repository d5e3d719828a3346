// Panels: how the right-hand side of a product lies in memory.
//
// The tile reads B a strip of two vectors' width at a time, from the first row to the last. Kernels
// are therefore kept in panels: the first two vectors of every row, then the next two, and so on,
// so that a strip is one contiguous piece. The last panel is one vector wide when the number of
// vectors is odd. A matrix of a single row looks the same either way.
//
//   columns 0 .. 2L - 1, row 0   columns 0 .. 2L - 1, row 1  ...   (panel 0)
//   columns 2L .. 4L - 1, row 0  ...                               (panel 1)
#pragma once

#include "arena.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
constexpr std::int64_t kPanel = 2 * kLanes<T>;

// A matrix (rows, ld) in panels, or one whose rows lie `stride` apart, for which stride is not 0.
template <class T>
struct Panels {
  T* at;
  std::int64_t rows, ld;
  std::int64_t stride = 0;

  // For a column that begins a panel: the panel's first row, its width, the distance of its rows.
  T* panel(std::int64_t column) const { return at + column * (stride ? 1 : rows); }
  std::int64_t width(std::int64_t column) const {
    return ld - column < kPanel<T> ? ld - column : kPanel<T>;
  }
  std::int64_t row(std::int64_t column) const { return stride ? stride : width(column); }
  // The vector of row r that begins at a column which is a multiple of one vector.
  T* vector(std::int64_t r, std::int64_t column) const {
    const std::int64_t within = column % kPanel<T>, first = column - within;
    return panel(first) + r * row(first) + within;
  }
  // The same for a column that begins a panel.
  T* tile(std::int64_t r, std::int64_t column) const { return panel(column) + r * row(column); }
  operator Panels<const T>() const { return {at, rows, ld, stride}; }
};

// Calls use(place in panels, place in the unpadded row-major matrix, how many numbers) for each
// piece of a (rows, columns) matrix that is contiguous in both.
template <class Use>
inline void for_each_piece(std::int64_t rows, std::int64_t columns, std::int64_t ld,
                           std::int64_t panel, Use&& use) {
  for (std::int64_t first = 0; first < columns; first += panel) {
    const std::int64_t width = ld - first < panel ? ld - first : panel;
    const std::int64_t n = columns - first < panel ? columns - first : panel;
    for (std::int64_t r = 0; r < rows; ++r) {
      use(first * rows + r * width, r * columns + first, n);
    }
  }
}

}  // namespace chainrule::CHAINRULE_ISA
