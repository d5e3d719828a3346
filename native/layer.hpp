// What a layer has during a call: its parameters padded to whole vectors, and room for a panel.
#pragma once

#include "arena.hpp"
#include "engine.hpp"
#include "optimizers.hpp"

namespace chainrule::CHAINRULE_ISA {

// One array of parameters with its gradient and slots, each (rows, ld). The columns beyond
// `columns` are zero and stay zero, so nothing in them ever reaches a result.
template <class T>
struct Parameters {
  const Block* block;
  std::int64_t ld;
  T* w;
  T* g;                  // null while there is no use for it
  T* s[kMostSlots + 1];  // the optimiser's slots, and the moving average
  std::int64_t size() const { return block->rows * ld; }
};

template <class T>
struct Layer {
  const Stage* stage;
  std::int64_t inputs, units, ld;
  Parameters<T>* own;  // stage->n_blocks of them
  T *Z, *A, *D;        // (panel rows, ld): D is dL/dZ
  T* A_before;         // (ld): A of the sample before, when training one sample at a time
  T* W_transposed;     // (units rounded up, inputs rounded up), of a dense layer
  T* kept;             // (panel rows, ld): x^ of a normalisation, the factors of dropout
  T *mean, *scale;     // (ld) or (panel rows): of a normalisation
  T* variance;         // (ld)

  T* W() const { return own[0].w; }
  T* b() const { return stage->n_blocks > 1 ? own[1].w : nullptr; }
};

// How to compute: as in training or as in use, and which random numbers this step has.
struct Mode {
  bool training = false;
  std::uint64_t key = 0;
  std::int64_t step = 0;
  std::int64_t first_row = 0;  // of this panel within the batch
};

template <class T>
inline void activate(const Layer<T>& l, std::int64_t rows) {
  const T alpha = static_cast<T>(l.stage->alpha);
  with_row(l.stage->activation, Activations(), [&]<class F>(Type<F>) {
    if constexpr (F::kRowWise) {
      for (std::int64_t r = 0; r < rows; ++r) {
        F::template value_row<T>(l.Z + r * l.ld, l.A + r * l.ld, l.units);
      }
    } else {
      for (std::int64_t k = 0; k < rows * l.ld; k += kLanes<T>) {
        store(l.A + k, F::template value<T>(load(l.Z + k), alpha));
      }
    }
  });
}

// From dL/dA, which stands in D, to dL/dZ, in its place.
template <class T>
inline void pull_back(const Layer<T>& l, std::int64_t rows) {
  const T alpha = static_cast<T>(l.stage->alpha);
  with_row(l.stage->activation, Activations(), [&]<class F>(Type<F>) {
    if constexpr (F::kRowWise) {
      for (std::int64_t r = 0; r < rows; ++r) {
        T* d = l.D + r * l.ld;
        F::template pullback_row<T>(l.A + r * l.ld, d, d, l.units);
      }
    } else {
      for (std::int64_t k = 0; k < rows * l.ld; k += kLanes<T>) {
        const Vec<T> slope = F::template derivative<T>(load(l.Z + k), load(l.A + k), alpha);
        store(l.D + k, load(l.D + k) * slope);
      }
    }
  });
}

}  // namespace chainrule::CHAINRULE_ISA
