// From samples to gradients: one batch through the network, a panel at a time, by a team of
// threads.
//
// Every number is computed by one thread, in the same order of additions whichever thread that is:
// so the results do not depend on how many there are.
#pragma once

#include "backward.hpp"
#include "step.hpp"

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

// The gradients of layers from .. to, of one panel. With a step it is made at once in the kernels,
// tile by tile.
template <class T>
inline void gradients_of_layers(Network<T>& network, int from_layer, int to_layer, Matrix<T> X,
                                std::int64_t rows, bool first, const Step<T>* step, int part,
                                int parts) {
  constexpr int L = kLanes<T>;
  constexpr std::int64_t kUnit = 8;  // rows; a tile of one or two would add up in another order
  alignas(kVectorBytes) T scratch[kMostRows<1> * 2 * L];
  for (int i = from_layer; i < to_layer; ++i) {
    const Layer<T>& l = network.layer(i);
    if (l.stage->kind == Kind::prelu && part == i % parts && l.own[0].g) {
      prelu_gradient(l, l.own[0].g, rows, first);
    }
    if (l.stage->kind != Kind::dense) continue;
    if (part == i % parts && l.b() && l.own[1].g) bias_gradient(l, l.own[1].g, rows, first);
    Parameters<T>& p = l.own[0];
    if (!p.block->trainable) continue;
    // The rows of W: a share for each thread, or all for one.
    const std::int64_t units = l.inputs / kUnit;
    const bool divided = units >= 2 * parts;
    if (!divided && part != i % parts) continue;
    const std::int64_t from = divided ? units * part / parts * kUnit : 0;
    const std::int64_t to =
        divided && part < parts - 1 ? units * (part + 1) / parts * kUnit : l.inputs;
    const Matrix<T> below = network.below(i, X);
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
    } else {
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
  }
}

// The same of all layers, from the last down: where a layer's D is packed into the place of its A,
// the layer above has read that before.
template <class T>
inline void gradients_of_panel(Network<T>& network, Team& team, int parts, Matrix<T> X,
                               std::int64_t rows, bool first, const Step<T>* step) {
  const auto packs = [&](int i) { return packs_gradient(network.layer(i), rows); };
  for (int to = network.depth(), from = to - 1; to > 0; to = from--) {
    if (packs(from)) {
      team.run(parts, [&](int part, int of) {
        const Share share(rows, kBlockRows, part, of);
        pack_delta(network.layer(from), share.from, share.to, rows);
      });
    }
    while (from > 0 && !packs(from - 1)) --from;
    team.run(parts, [&](int part, int of) {
      gradients_of_layers(network, from, to, X, rows, first, step, part, of);
    });
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
    const Matrix<T> X = network.rows_of(batch.data.X, batch.order, first);
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
    deltas_of_panel(network, team, parts, rows, mode, at_first);
    gradients_of_panel(network, team, parts, X, rows, at_first, at_last ? step : nullptr);
    network.add_up(rows, total, measures);
    if (patience.ends_after(3 * rows * network.work())) return Status::interrupted;
  }
  return Status::done;
}

}  // namespace chainrule::CHAINRULE_ISA
