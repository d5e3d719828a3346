// Backward over a panel of rows of data, from D of the last layer, which the loss left there:
//
//   D = dL/dZ = dL/dA * f'(Z), dL/dA from the layer above  (rows, units)
//
// This goes by rows. Where W^T is made in parts it goes by columns, together with the gradient, a
// panel of W^T at a time (gradient.hpp).
#pragma once

#include "network.hpp"

namespace chainrule::CHAINRULE_ISA {

// Those kernels that are transposed whole, once a step, since they change with every step. Of
// `parts` parts of the work, this one.
template <class T>
inline void transpose_kernels(Network<T>& network, int part, int parts) {
  int panel = 0;
  for (int i = 1; i < network.depth(); ++i) {
    const Layer<T>& l = network.layer(i);
    if (!l.W_transposed) continue;
    const Panels<T> all = transposed(l);
    for (std::int64_t c = 0; c < all.ld; c += kPanel<T>) {
      if (panel++ % parts != part) continue;
      transpose<T>(l.W(), c, all.width(c), 0, l.units, all.panel(c));
    }
  }
}

// From D of layer i to D of the layer below, for rows from .. to.
template <class T>
inline void delta_by_rows(Network<T>& network, int i, std::int64_t from, std::int64_t to,
                          const Mode& mode, bool first_panel) {
  const Layer<T>& l = network.layer(i);
  const Layer<T>* below = i > 0 ? &network.layer(i - 1) : nullptr;
  T* const dx = below ? below->D : nullptr;
  switch (l.stage->kind) {
    case Kind::dense:
      if (dx) dense_delta<T>(l, dx, below->ld, from, to);
      break;
    case Kind::activation:
    case Kind::gaussian_noise:
      if (dx) copy(l.D + from * l.ld, dx + from * l.ld, (to - from) * l.ld);
      break;
    case Kind::prelu:
      if (dx) prelu_backward(l, dx, from, to);
      break;
    case Kind::dropout:
      if (dx) multiply_by_kept(l, dx, from, to);
      break;
    case Kind::batch_norm:
      batch_norm_backward(l, dx, to, mode, first_panel);
      break;
    case Kind::layer_norm:
      layer_norm_backward(l, dx, to, first_panel);
      break;
    case Kind::rescaling:
      if (dx) rescaling_backward(l, dx, from, to);
      break;
  }
  if (below) pull_back(*below, from, to);
}

}  // namespace chainrule::CHAINRULE_ISA
