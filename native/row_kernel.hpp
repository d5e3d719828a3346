// A kernel as it lies while one sample is trained at a time.
//
// Its columns are panels as far as they fill vectors (panel.hpp). The few that are left over would
// take one more vector for every row, of which little is used; so they are kept as columns, one
// after the other, and are computed with vectors of rows. 65 x 33, with vectors of 8:
//
//   panels    65 rows of 4 vectors: columns 0 .. 31
//   columns   9 vectors: column 32
#pragma once

#include "panel.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
struct RowKernel {
  Panels<T> panels;  // (rows, whole vectors)
  T* columns;        // (n_columns, column_length), whose padding is 0
  std::int64_t n_columns = 0;

  static constexpr int L = kLanes<T>;

  std::int64_t rows() const { return panels.rows; }
  std::int64_t column_length() const { return round_up(panels.rows, L); }
  T* column(std::int64_t j) const { return columns + j * column_length(); }

  // For a kernel (rows, units); at most `units` mod L columns are left over, and none where a
  // vector a row is cheaper.
  RowKernel(std::int64_t rows, std::int64_t units) {
    constexpr std::int64_t kSum = 4;  // vectors that take as long as to add up a column's lanes
    const std::int64_t rest = units % L;
    if (rest * (rows / L + kSum) < rows) n_columns = rest;
    panels = {nullptr, rows, round_up(units - n_columns, L)};
  }

  void lay_out(Arena& arena) {
    panels.at = arena.template take<T>(panels.rows * panels.ld);
    columns = arena.template take<T>(n_columns * column_length());
  }

  // From and to the panels in which columns fill up a vector each row.
  void read(Panels<const T> W) {
    each(W, [](const T& there, T& here) { here = there; });
  }
  void write(Panels<T> W) {
    each(W, [](T& there, T& here) { there = here; });
  }

 private:
  template <class There, class Use>
  void each(There W, Use&& use) {
    for (std::int64_t r = 0; r < rows(); ++r) {
      for (std::int64_t c = 0; c < panels.ld; c += L) {
        for (std::int64_t k = 0; k < L; ++k) use(W.vector(r, c)[k], panels.vector(r, c)[k]);
      }
      for (std::int64_t j = 0; j < n_columns; ++j) {
        use(W.vector(r, panels.ld)[j], column(j)[r]);
      }
    }
  }
};

}  // namespace chainrule::CHAINRULE_ISA
