// A pack: many small networks of one architecture side by side, one in each lane.
//
// Groups vectors hold width = Groups * lanes networks. Whatever is one number in a network (a
// parameter, an input, the output of a unit) is `width` numbers here, so that theta (P) becomes
// (P, width). The formulas are those of network.hpp, with vectors in the place of numbers:
//
//   forward    Z[j] = b[j] + sum over i of x[i] W[i, j],   A = f(Z)
//   backward   D = dL/dA * f'(Z),   dL/dx[i] = sum over j of W[i, j] D[j]
//   step       W[i, j] -= x[i] (rate D[j]),   b[j] -= rate D[j]
//
// No lane ever looks at another one, so that a network's result does not depend on its company.
#pragma once

#include "lane_losses.hpp"
#include "layer.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
struct LaneLayer {
  std::int64_t inputs, units;
  T *W, *b;          // (inputs, units, width), (units, width) or null
  T *W_sum, *b_sum;  // the gradients, likewise
  T *Z, *A, *D;      // (units, width)
  T alpha;           // of the activation
  void (*activate)(const LaneLayer&, std::int64_t n);   // A = f(Z), n numbers; null: A has no use
  void (*pull_back)(const LaneLayer&, std::int64_t n);  // D *= f'(Z)
};

// These loops are short. So they are flattened, for a call of exp would spill all vectors around
// it; and they read a copy of the layer, which no store to its arrays can change.
template <class F, class T>
[[gnu::flatten]] inline void activate_lanes(const LaneLayer<T>& layer, std::int64_t n) {
  const LaneLayer<T> l = layer;
  for (std::int64_t k = 0; k < n; k += kLanes<T>) {
    store(l.A + k, F::template value<T>(load(l.Z + k), l.alpha));
  }
}

template <class F, class T>
[[gnu::flatten]] inline void pull_back_lanes(const LaneLayer<T>& layer, std::int64_t n) {
  const LaneLayer<T> l = layer;
  for (std::int64_t k = 0; k < n; k += kLanes<T>) {
    const Vec<T> slope = derivative_of<F, T>(load(l.Z + k), load(l.A + k), l.alpha);
    store(l.D + k, load(l.D + k) * slope);
  }
}

// Can this program's networks share vectors? Otherwise they are trained one after the other.
inline bool can_go_in_lanes(const Program& program) {
  bool can = program.n_measures == 0 && program.clip_value == 0 && program.clip_norm == 0 &&
             program.global_clip_norm == 0 && program.ema_momentum < 0;
  for (int i = 0; i < program.n_blocks; ++i) {
    const Block& b = program.blocks[i];
    can = can && b.trainable && b.l1 == 0 && b.l2 == 0 && b.max_norm == 0;
  }
  for (int i = 0; i < program.n_stages; ++i) {
    const Stage& stage = program.stages[i];
    can = can && stage.kind == Kind::dense;
    with_row(stage.activation, Activations(), [&]<class F>(Type<F>) {
      can = can && (!F::kRowWise || (i == program.n_stages - 1 && program.on_logits));
    });
  }
  with_row(program.loss, Losses(), [&]<class F>(Type<F>) { can = can && InLanes<F>::kPossible; });
  return can;
}

template <class T, int Groups>
class Pack {
 public:
  static constexpr int L = kLanes<T>;
  static constexpr int kWidth = Groups * L;

  bool prepare(const Program& program, std::int64_t n_parameters) {
    program_ = program;
    n_parameters_ = n_parameters;
    lay_out();
    if (!arena_.allocate()) return false;
    lay_out();
    p_[0] = static_cast<T>(program.loss_parameters[0]);
    p_[1] = static_cast<T>(program.loss_parameters[1]);
    return true;
  }

  T* theta() { return theta_; }        // (P, width), and so are
  T* gradient() { return gradient_; }  // the gradient
  T* slot(int s) { return slots_ + s * n_parameters_ * kWidth; }
  T* x() { return x_; }              // (inputs, width)
  T* y() { return y_; }              // (targets, width)
  T* weights() { return weights_; }  // (width), all 1 at first
  T* rates() { return rates_; }      // (width)
  T* totals() { return totals_; }    // (width), of the loss

  void forward() {
    const T* below = x_;
    for (int i = 0; i < program_.n_stages; ++i) {
      const LaneLayer<T> l = layers_[i];
      in_turn<kUnits>(l.units,
                      [&](auto units, std::int64_t j) { forward_units<units.value>(l, below, j); });
      if (l.activate) l.activate(l, l.units * kWidth);
      below = l.A;
    }
  }

  // Adds to the totals; D of the last layer.
  void loss(T scale) {
    const LaneLayer<T>& l = layers_[program_.n_stages - 1];
    loss_({program_.on_logits ? l.Z : l.A, y_, l.D, l.units, kWidth, weights_, scale, p_, totals_});
    if (!program_.on_logits) l.pull_back(l, l.units * kWidth);
  }

  // With Update the parameters make a step of `rates` times the gradient at once; otherwise it is
  // added to what is in gradient().
  template <bool Update>
  void backward() {
    for (int i = program_.n_stages - 1; i >= 0; --i) {
      if (i == 0) {
        backward_layer<Update, false>(layers_[i], x_, nullptr);
      } else {
        const LaneLayer<T>& below = layers_[i - 1];
        backward_layer<Update, true>(layers_[i], below.A, below.D);
        below.pull_back(below, below.units * kWidth);
      }
    }
  }

 private:
  // A sum waits for its last result, so that eight of them run side by side.
  static constexpr int kUnits = Groups < 8 ? 8 / Groups : 1;

  // Calls use(std::integral_constant<int, units>, first) for blocks of Most units, then for single
  // ones.
  template <int Most, class Use>
  static void in_turn(std::int64_t units, Use&& use) {
    std::int64_t j = 0;
    for (; j + Most <= units; j += Most) use(std::integral_constant<int, Most>(), j);
    for (; j < units; ++j) use(std::integral_constant<int, 1>(), j);
  }

  template <int Units>
  static void forward_units(const LaneLayer<T>& l, const T* x, std::int64_t j) {
    Vec<T> sum[Units][Groups] = {};
    for (int u = 0; l.b && u < Units; ++u) {
      for (int g = 0; g < Groups; ++g) sum[u][g] = load(l.b + (j + u) * kWidth + g * L);
    }
    for (std::int64_t i = 0; i < l.inputs; ++i) {
      const T* const W = l.W + (i * l.units + j) * kWidth;
      for (int g = 0; g < Groups; ++g) {
        const Vec<T> x_i = load(x + i * kWidth + g * L);
        for (int u = 0; u < Units; ++u) sum[u][g] += x_i * load(W + u * kWidth + g * L);
      }
    }
    for (int u = 0; u < Units; ++u) {
      for (int g = 0; g < Groups; ++g) store(l.Z + (j + u) * kWidth + g * L, sum[u][g]);
    }
  }

  template <bool Update, bool Below>
  void backward_layer(const LaneLayer<T>& layer, const T* x, T* dx) const {
    const LaneLayer<T> l = layer;
    const T* const rates = rates_;
    for (std::int64_t j = 0; l.b && j < l.units; ++j) {
      for (int g = 0; g < Groups; ++g) {
        const std::int64_t at = j * kWidth + g * L;
        change<Update>(l.b + at, l.b_sum + at, rates + g * L, broadcast(T(1)), load(l.D + at));
      }
    }
    in_turn<kUnits>(l.inputs, [&](auto inputs, std::int64_t i) {
      T* const to = Below ? dx + i * kWidth : nullptr;
      backward_inputs<Update, Below, inputs.value>(l, x + i * kWidth, to, i, rates);
    });
  }

  // dL/dx of some inputs from W as it is, and W's part of the step.
  template <bool Update, bool Below, int Inputs>
  static void backward_inputs(const LaneLayer<T>& l, const T* x, T* dx, std::int64_t i,
                              const T* rates) {
    Vec<T> sum[Inputs][Groups] = {};
    for (std::int64_t j = 0; j < l.units; ++j) {
      for (int g = 0; g < Groups; ++g) {
        const Vec<T> d = load(l.D + j * kWidth + g * L);
        for (int u = 0; u < Inputs; ++u) {
          const std::int64_t at = ((i + u) * l.units + j) * kWidth + g * L;
          if constexpr (Below) sum[u][g] += load(l.W + at) * d;
          change<Update>(l.W + at, l.W_sum + at, rates + g * L, load(x + u * kWidth + g * L), d);
        }
      }
    }
    if constexpr (Below) {
      for (int u = 0; u < Inputs; ++u) {
        for (int g = 0; g < Groups; ++g) store(dx + u * kWidth + g * L, sum[u][g]);
      }
    }
  }

  template <bool Update>
  static void change([[maybe_unused]] T* w, [[maybe_unused]] T* sum, [[maybe_unused]] const T* rate,
                     Vec<T> x, Vec<T> d) {
    if constexpr (Update) {
      store(w, load(w) - x * (load(rate) * d));
    } else {
      store(sum, load(sum) + x * d);
    }
  }

  void lay_out() {
    layers_ = arena_.template take<LaneLayer<T>>(program_.n_stages);
    theta_ = arena_.template take<T>(n_parameters_ * kWidth);
    gradient_ = arena_.template take<T>(n_parameters_ * kWidth);
    slots_ = arena_.template take<T>(program_.n_slots * n_parameters_ * kWidth);
    x_ = arena_.template take<T>(program_.stages[0].inputs * kWidth);
    y_ = arena_.template take<T>(program_.targets * kWidth);
    weights_ = arena_.template take<T>(kWidth);
    rates_ = arena_.template take<T>(kWidth);
    totals_ = arena_.template take<T>(kWidth);
    for (int k = 0; weights_ && k < kWidth; ++k) weights_[k] = 1;
    for (int i = 0; i < program_.n_stages; ++i) {
      const Stage& stage = program_.stages[i];
      LaneLayer<T> l = {};
      l.inputs = stage.inputs;
      l.units = stage.units;
      l.alpha = static_cast<T>(stage.alpha);
      l.Z = arena_.template take<T>(stage.units * kWidth);
      l.A = arena_.template take<T>(stage.units * kWidth);
      l.D = arena_.template take<T>(stage.units * kWidth);
      if (!layers_) continue;
      const std::int64_t W = program_.blocks[stage.first_block].start * kWidth;
      l.W = theta_ + W;
      l.W_sum = gradient_ + W;
      if (stage.n_blocks > 1) {
        const std::int64_t b = program_.blocks[stage.first_block + 1].start * kWidth;
        l.b = theta_ + b;
        l.b_sum = gradient_ + b;
      }
      with_row(stage.activation, Activations(), [&]<class F>(Type<F>) {
        if constexpr (!F::kRowWise) {  // can_go_in_lanes() saw to that, but for logits
          l.activate = activate_lanes<F, T>;
          l.pull_back = pull_back_lanes<F, T>;
        }
      });
      if (i == program_.n_stages - 1 && program_.on_logits) l.activate = nullptr;
      layers_[i] = l;
    }
    with_row(program_.loss, Losses(),
             [&]<class F>(Type<F>) { loss_ = InLanes<F>::template sample<T>; });
  }

  Program program_ = {};
  std::int64_t n_parameters_ = 0;
  Arena arena_;
  LaneLayer<T>* layers_ = nullptr;
  void (*loss_)(const LaneSample<T>&) = nullptr;
  T *theta_ = nullptr, *gradient_ = nullptr, *slots_ = nullptr;
  T *x_ = nullptr, *y_ = nullptr, *weights_ = nullptr, *rates_ = nullptr, *totals_ = nullptr;
  T p_[2] = {};
};

}  // namespace chainrule::CHAINRULE_ISA
