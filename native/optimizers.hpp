// Optimisers: how a gradient changes the parameters.
//
// A row here has a row of the same name in src/chainrule/optimizers.py.
#pragma once

#include "losses.hpp"

namespace chainrule::CHAINRULE_ISA {

struct Sgd {
  static constexpr const char* kName = "sgd";
  // The step is a multiple of the gradient, so that steps of single samples can be put off and
  // made in the pass over W that the next sample needs anyway (row.hpp).
  static constexpr bool kProportional = true;
  template <class T>
  static Vec<T> step(Vec<T> w, Vec<T> gradient, T learning_rate) {
    return w - learning_rate * gradient;
  }
};

using Optimizers = List<Sgd>;

}  // namespace chainrule::CHAINRULE_ISA
