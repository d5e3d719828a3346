// The inputs of a panel of rows of data: read where they lie, or copied side by side first.
#pragma once

#include "dense.hpp"

namespace chainrule::CHAINRULE_ISA {

// Where columns of X are packed for the gradient anyway, nobody needs all rows of a panel side by
// side: so many are gathered at a time, three of the tallest tiles.
constexpr std::int64_t kGathered = 36;

template <class T>
class Inputs {
 public:
  // Room for what has to be copied, for `rows` rows at a time among so many threads.
  void lay_out(Arena& arena, const Layer<T>& first, std::int64_t rows, int threads) {
    columns_ = first.inputs;
    distance_ = row_distance<T>(columns_);
    dense_ = first.stage->kind == Kind::dense;
    in_parts_ = packs_columns(first, rows);
    const bool few = in_parts_ && threads == 1 && rows > kGathered;
    place_ = arena.template take<T>((few ? kGathered : rows) * distance_);
  }

  std::int64_t columns() const { return columns_; }

  // Where the rows first, first + 1, ... of the order (or of the data) will be: where they lie, or
  // where gather() copies them.
  Rows<T> rows_of(const T* X, const std::int64_t* order, std::int64_t first) const {
    const Rows<T> lying = lying_rows(X, order, first);
    return lying.scattered && !in_parts_ ? Rows<T>{place_, distance_} : lying;
  }

  // To be called for rows from .. to before anybody reads them.
  void gather(const T* X, const std::int64_t* order, std::int64_t first, std::int64_t from,
              std::int64_t to) {
    const Rows<T> lying = lying_rows(X, order, first);
    if (lying.scattered && !in_parts_) copy_rows(lying, from, to, from, to);
  }

  // Z of rows from .. to of the first layer, which is dense. Scattered rows are gathered here, some
  // at a time, all of them where the first have their place: one thread that goes through all rows
  // needs no place for more.
  CHAINRULE_APART void forward(const Layer<T>& first, const Rows<T>& X, const T* b,
                               std::int64_t from, std::int64_t to) {
    if (!X.scattered) {
      dense_forward<T>(first, {X.row(from), X.distance}, b, from, to - from);
      return;
    }
    for (std::int64_t r = from; r < to; r += kGathered) {
      const std::int64_t end = to - r < kGathered ? to : r + kGathered;
      copy_rows(X, r, end, from, to);
      dense_forward<T>(first, {place_ + from * distance_, distance_}, b, r, end - r);
    }
  }

 private:
  // Rows of a multiple of 1024 bytes would push each other out of the cache, and other layers than
  // dense ones read by whole vectors.
  Rows<T> lying_rows(const T* X, const std::int64_t* order, std::int64_t first) const {
    if (order) return {X, columns_, order + first, true};
    const bool far = columns_ * sizeof(T) % 1024 == 0;
    return {X + first * columns_, columns_, nullptr, far || !dense_};
  }

  // Rows from .. to, the first to where row `at` has its place; rows up to `last` are wanted soon.
  CHAINRULE_APART void copy_rows(const Rows<T>& X, std::int64_t from, std::int64_t to,
                                 std::int64_t at, std::int64_t last) {
    constexpr std::int64_t kLong = 1024 / sizeof(T);
    const auto row_from = [&](std::int64_t r) { return X.row(r < last ? r : last - 1); };
    for (std::int64_t r = from; r < to; ++r) {
      if (X.order && columns_ < kLong) fetch(row_from(r + 1), columns_);
      if (X.order && columns_ >= kLong) {
        fetch_far(row_from(r + 1), columns_);
        fetch_far(row_from(r + 2), columns_);
      }
      copy(X.row(r), place_ + (at + r - from) * distance_, columns_);
    }
  }

  T* place_ = nullptr;
  std::int64_t columns_ = 0, distance_ = 0;
  bool dense_ = false, in_parts_ = false;
};

}  // namespace chainrule::CHAINRULE_ISA
