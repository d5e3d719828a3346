// From samples to gradients: one batch through the network, a panel at a time, by a team of
// threads.
//
// Every number is computed by one thread, in the same order of additions whichever thread that is:
// so the results do not depend on how many there are.
#pragma once

#include "backward.hpp"
#include "share.hpp"
#include "step.hpp"
#include "team.hpp"

namespace chainrule::CHAINRULE_ISA {

// Looks after the caller's wish to stop once in a while, counted in multiplications.
class Patience {
 public:
  explicit Patience(Watch watch) : watch_(watch) {}
  bool ends_after(std::int64_t work) {
    work_ += work;
    if (work_ < kWorkBetweenLooks) return false;
    work_ = 0;
    return watch_.interrupted(watch_.context);
  }

 private:
  static constexpr std::int64_t kWorkBetweenLooks = 1 << 21;  // well under 10 ms on any machine
  Watch watch_;
  std::int64_t work_ = 0;
};

// Into how many pieces a panel is cut: only where each thread has enough to do between two
// meetings, and then more than there are threads, since not all may be as fast.
template <class T>
inline int pieces_of_panel(Network<T>& network, const Team& team, std::int64_t rows) {
  constexpr std::int64_t kLeastWork = 1 << 17;  // multiplications of a thread in a forward pass
  for (int i = 0; i < network.depth(); ++i) {
    const Kind kind = network.layer(i).stage->kind;
    if (kind == Kind::batch_norm || kind == Kind::layer_norm) return 1;  // they add up over rows
  }
  const bool enough = rows >= 2 * kBlockRows && rows * network.work() >= 2 * kLeastWork;
  return enough && team.size() > 1 ? 2 * team.size() : 1;
}

template <class T>
struct Batch {
  Data<T> data;
  const std::int64_t* order;  // or null: first to last
  std::int64_t first, rows;
  T scale;  // of the gradient
  Mode mode;
  T* outputs = nullptr;  // of the rows of the order, or null
};

// The gradient of a dense layer's kernel, rows from .. to of it, of one panel. With a step it is
// made at once, tile by tile.
template <class T>
inline void kernel_gradient(const Layer<T>& l, const Rows<T>& below, std::int64_t rows,
                            std::int64_t from, std::int64_t to, bool first, const Step<T>* step) {
  Parameters<T>& p = l.own[0];
  const Panels<T> W = l.W();
  if (step && step->is_plain() && first) {
    const T rate = step->rate();
    dense_gradient<T>(l, below, rows, from, to,
                      [W, rate](auto row, auto column, auto& sums) CHAINRULE_INLINE {
                        T* w = W.tile(row, column);
                        for_each_sum(sums, [&](auto r, auto v) CHAINRULE_INLINE {
                          T* at = w + place_in_tile<T>(sums, r, v);
                          store(at, load(at) - rate * sums[r][v]);
                        });
                      });
    return;
  }
  alignas(kVectorBytes) T scratch[kMostRows<1> * kPanel<T>];
  dense_gradient<T>(l, below, rows, from, to,
                    [&p, W, first, step, &scratch](auto row, auto column, auto& sums)
                        CHAINRULE_INLINE {
                          const std::int64_t at = W.tile(row, column) - W.at;
                          T* g = p.g ? p.g + at : scratch;
                          if (!first) {
                            for_each_sum(sums, [&](auto r, auto v) CHAINRULE_INLINE {
                              sums[r][v] += load(g + place_in_tile<T>(sums, r, v));
                            });
                          }
                          for_each_sum(sums, [&](auto r, auto v) CHAINRULE_INLINE {
                            store(g + place_in_tile<T>(sums, r, v), sums[r][v]);
                          });
                          if (step) step->make(p, at, sizeof(sums) / sizeof(T), g);
                        });
}

// The gradients of a layer's arrays that are no kernel, by one of the threads.
template <class T>
inline void other_gradients(const Layer<T>& l, std::int64_t rows, bool first) {
  if (l.stage->kind == Kind::prelu && l.own[0].g) prelu_gradient(l, l.own[0].g, rows, first);
  if (l.stage->kind == Kind::dense && l.b() && l.own[1].g) {
    bias_gradient(l, l.own[1].g, rows, first);
  }
}

// What the backward pass of a panel of data has to know.
template <class T>
struct Pass {
  Rows<T> X;
  std::int64_t rows;
  bool first;           // of the batch's panels: gradients begin here
  const Step<T>* step;  // or null: not yet
  Mode mode;
};

// The gradients of layers from .. to: the share of one of several threads.
template <class T>
inline void gradients_of_layers(Network<T>& network, int from_layer, int to_layer,
                                const Pass<T>& pass, int part, int parts) {
  constexpr std::int64_t kUnit = 8;  // rows; a tile of one or two would add up in another order
  for (int i = from_layer; i < to_layer; ++i) {
    const Layer<T>& l = network.layer(i);
    if (part == i % parts) other_gradients(l, pass.rows, pass.first);
    if (l.stage->kind != Kind::dense || !l.own[0].block->trainable) continue;
    // The rows of W: a share for each thread, or all for one.
    const std::int64_t units = l.inputs / kUnit;
    const bool divided = units >= 2 * parts;
    if (!divided && part != i % parts) continue;
    const std::int64_t from = divided ? units * part / parts * kUnit : 0;
    const std::int64_t to =
        divided && part < parts - 1 ? units * (part + 1) / parts * kUnit : l.inputs;
    kernel_gradient(l, network.below(i, pass.X), pass.rows, from, to, pass.first, pass.step);
  }
}

// Of a kernel in parts both the delta below and the gradient, for a share of the kernel's rows, a
// panel of its transpose at a time. Then nobody reads those columns of A below any more: D below
// may take their place.
template <class T>
inline void delta_and_gradient(Network<T>& network, int i, const Pass<T>& pass, int part,
                               int parts) {
  const Layer<T>&l = network.layer(i), &below = network.layer(i - 1);
  const bool in_place = below.D == below.A, trainable = l.own[0].block->trainable;
  alignas(kVectorBytes) T aside[kPanelRows * kPanel<T>];
  if (part == i % parts) other_gradients(l, pass.rows, pass.first);
  const Share share(round_up(l.inputs, kLanes<T>), kPanel<T>, part, parts);
  for (std::int64_t c = share.from; c < share.to; c += kPanel<T>) {
    const std::int64_t width = transposed(l).width(c);
    T* const dx = in_place ? aside : below.D + c;
    const std::int64_t ldx = in_place ? width : below.ld;
    dense_delta_of_columns<T>(l, dx, ldx, pass.rows, c);
    if (trainable) {
      const std::int64_t to = lesser(c + width, l.inputs);
      kernel_gradient(l, network.below(i, pass.X), pass.rows, c, to, pass.first, pass.step);
    }
    pull_back_columns<T>(below, dx, ldx, pass.rows, c, width);
  }
}

// D and the gradients of all layers, from the last down, in as few turns of the team as the layers
// allow: the kernels in parts each by itself, what lies between them together.
template <class T>
inline void backward_of_panel(Network<T>& network, Team& team, int parts, const Pass<T>& pass) {
  const auto is_in_parts = [&](int i) {
    const Layer<T>& l = network.layer(i);
    return i > 0 && l.stage->kind == Kind::dense && !l.W_transposed;
  };
  const int lowest = network.layer(0).stage->kind == Kind::dense ? 1 : 0;  // nothing is below it
  for (int to = network.depth(); to > 0;) {
    if (is_in_parts(to - 1)) {
      --to;
      team.run(parts, [&](int part, int of) { delta_and_gradient(network, to, pass, part, of); });
      continue;
    }
    int from = to - 1;
    while (from > 0 && !is_in_parts(from - 1)) --from;
    if (to > lowest) {
      team.run(parts, [&](int part, int of) {
        const Share share(pass.rows, kBlockRows, part, of);
        for (int i = to - 1; i >= from && i >= lowest; --i) {
          delta_by_rows(network, i, share.from, share.to, pass.mode, pass.first);
        }
      });
    }
    team.run(parts,
             [&](int part, int of) { gradients_of_layers(network, from, to, pass, part, of); });
    to = from;
  }
}

// Leaves the gradients of a batch in the network, or with a step makes it as far as gradients_of
// panel() can; adds its loss to *total, and its measures if there is room for them.
template <class T>
inline Status gradients_of_batch(Network<T>& network, Team& team, const Batch<T>& batch,
                                 std::int64_t panel, const Step<T>* step, double* total,
                                 double* measures, Patience& patience) {
  for (std::int64_t done = 0; done < batch.rows; done += panel) {
    const std::int64_t rows = lesser(batch.rows - done, panel), first = batch.first + done;
    const Rows<T> X = network.rows_of(batch.data.X, batch.order, first);
    const bool at_first = done == 0, at_last = done + rows == batch.rows;
    Mode mode = batch.mode;
    mode.first_row = done;
    const int parts = pieces_of_panel(network, team, rows);
    team.run(parts, [&](int part, int of) {
      const Share share(rows, kBlockRows, part, of);
      if (at_first) transpose_kernels(network, part, of);
      network.gather(batch.data, batch.order, first, share.from, share.to);
      network.forward(X, share.from, share.to, mode, true);
      network.template loss<true>(share.from, share.to, batch.scale);
      if (batch.outputs) network.write_outputs(share.from, share.to, batch.outputs, first);
    });
    const Pass<T> pass = {X, rows, at_first, at_last ? step : nullptr, mode};
    backward_of_panel(network, team, parts, pass);
    network.add_up(rows, total, measures);
    if (patience.ends_after(3 * rows * network.work())) return Status::interrupted;
  }
  return Status::done;
}

}  // namespace chainrule::CHAINRULE_ISA
