// What a layer has during a call: its parameters in panels, and room for the rows of a panel of
// data.
#pragma once

#include "activations.hpp"
#include "engine.hpp"
#include "optimizers.hpp"
#include "panel.hpp"

namespace chainrule::CHAINRULE_ISA {

// The most rows that go through the network together: their activations stay in the cache.
constexpr std::int64_t kPanelRows = 128;

// One array of parameters with its gradient and slots, each in panels (rows, ld). The columns
// beyond `columns` are zero and stay zero, so nothing in them ever reaches a result.
template <class T>
struct Parameters {
  const Block* block;
  std::int64_t ld;
  bool is_kernel;  // of a dense layer
  T* w;
  T* g;                  // null while there is no use for it
  T* s[kMostSlots + 1];  // the optimiser's slots, and the moving average
  std::int64_t size() const { return block->rows * ld; }
  Panels<T> panels(T* at) const { return {at, block->rows, ld}; }
};

// The distance of rows of activations: whole vectors, and never a multiple of 1024 bytes, for then
// a column would lie in few sets of the cache and push itself out.
template <class T>
inline std::int64_t row_distance(std::int64_t columns) {
  constexpr std::int64_t kSame = 1024 / sizeof(T), kLine = 64 / sizeof(T);
  const std::int64_t n = round_up(columns, kLanes<T>);
  return n % kSame == 0 ? n + kLine : n;
}

template <class T>
struct Layer {
  const Stage* stage;
  std::int64_t inputs, units;
  std::int64_t width;  // units rounded up to whole vectors
  std::int64_t ld;     // distance of the rows of Z, A, D and kept
  Parameters<T>* own;  // stage->n_blocks of them
  T *Z, *A, *D;        // (panel rows, ld): D is dL/dZ; Z and D may lie where A does
  T* W_transposed;     // (units, inputs) in panels, of a dense layer; null if it is made in parts
  T* kept;          // (panel rows, ld): x^ of a normalisation, the factors of dropout, x of prelu
  T *mean, *scale;  // (ld) or (panel rows): of a normalisation
  T* variance;      // (ld)

  Panels<T> W() const { return own[0].panels(own[0].w); }
  T* b() const { return stage->n_blocks > 1 ? own[1].w : nullptr; }
};

// The rows of what is below a layer.
template <class T>
struct Rows {
  const T* at;
  std::int64_t distance;
  const std::int64_t* order = nullptr;  // or null: one after the other
  bool scattered = false;               // a product wants them side by side first
  const T* row(std::int64_t r) const { return at + (order ? order[r] : r) * distance; }
};

inline bool is_row_wise(const Stage& stage) {
  bool is = false;
  with_row(stage.activation, Activations(), [&]<class F>(Type<F>) { is = F::kRowWise; });
  return is;
}
inline bool is_from_A(const Stage& stage) {
  bool is = false;
  with_row(stage.activation, Activations(), [&]<class F>(Type<F>) { is = kFromA<F>; });
  return is;
}

// How to compute: as in training or as in use, and which random numbers this step has.
struct Mode {
  bool training = false;
  std::uint64_t key = 0;
  std::int64_t step = 0;
  std::int64_t first_row = 0;  // of this panel within the batch
};

template <class T>
CHAINRULE_APART void activate(const Layer<T>& l, std::int64_t from, std::int64_t to) {
  const T alpha = static_cast<T>(l.stage->alpha);
  with_row(l.stage->activation, Activations(), [&]<class F>(Type<F>) {
    if (std::is_same_v<F, Linear> && l.Z == l.A) return;
    if constexpr (F::kRowWise) {
      for (std::int64_t r = from; r < to; ++r) {
        F::template value_row<T>(l.Z + r * l.ld, l.A + r * l.ld, l.units);
      }
    } else {
      // Two vectors at a time, loaded before either is stored: beside a chain of instructions, each
      // of which waits for the last, there is then another at hand.
      constexpr int L = kLanes<T>;
      const T* const Z = l.Z;  // not read again after each store
      T* const A = l.A;
      const std::int64_t end = to * l.ld;
      std::int64_t k = from * l.ld;
      for (; k + 2 * L <= end; k += 2 * L) {
        const Vec<T> first = load(Z + k), second = load(Z + k + L);
        const Vec<T> value = F::template value<T>(first, alpha);
        store(A + k + L, F::template value<T>(second, alpha));
        store(A + k, value);
      }
      if (k < end) store(A + k, F::template value<T>(load(Z + k), alpha));
    }
  });
}

// From dL/dA, which stands in D, to dL/dZ, in its place, for rows from .. to.
template <class T>
CHAINRULE_APART void pull_back(const Layer<T>& l, std::int64_t from, std::int64_t to) {
  const T alpha = static_cast<T>(l.stage->alpha);
  with_row(l.stage->activation, Activations(), [&]<class F>(Type<F>) {
    if constexpr (F::kRowWise) {
      for (std::int64_t r = from; r < to; ++r) {
        T* d = l.D + r * l.ld;
        F::template pullback_row<T>(l.A + r * l.ld, d, d, l.units);
      }
    } else {
      const T *const Z = l.Z, *const A = l.A;
      T* const D = l.D;
      for (std::int64_t k = from * l.ld; k < to * l.ld; k += kLanes<T>) {
        store(D + k, load(D + k) * derivative_of<F, T>(load(Z + k), load(A + k), alpha));
      }
    }
  });
}

// The same for all rows and columns first, first + 1, ... whose dL/dA (rows, width) stands
// elsewhere, its rows ldx apart: D may then lie where A does. Not for activations of whole rows.
template <class T>
CHAINRULE_APART void pull_back_columns(const Layer<T>& l, const T* dx, std::int64_t ldx,
                                       std::int64_t rows, std::int64_t first, std::int64_t width) {
  const T alpha = static_cast<T>(l.stage->alpha);
  with_row(l.stage->activation, Activations(), [&]<class F>(Type<F>) {
    if constexpr (!F::kRowWise) {
      for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c < width; c += kLanes<T>) {
          const std::int64_t k = r * l.ld + first + c;
          const Vec<T> slope = derivative_of<F, T>(load(l.Z + k), load(l.A + k), alpha);
          store(l.D + k, load(dx + r * ldx + c) * slope);
        }
      }
    }
  });
}

}  // namespace chainrule::CHAINRULE_ISA
