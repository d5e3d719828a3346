// From the gradient to the new parameters: regularisers, clipping, the optimiser, constraints.
#pragma once

#include <new>

#include "network.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
inline double sum_of_squares(const T* values, std::int64_t n) {
  Vec<T> sum = {};
  double total = 0;
  for (std::int64_t k = 0; k < n; k += kLanes<T>) {
    sum += load(values + k) * load(values + k);
    if (k % 4096 == 0) {  // in parts, so that a long sum in float32 stays accurate
      total += static_cast<double>(sum_of_lanes<T>(sum));
      sum = Vec<T>{};
    }
  }
  return total + static_cast<double>(sum_of_lanes<T>(sum));
}

// The regularisers' share of the loss: l1 sum |w| + l2 sum w^2.
template <class T>
inline double penalty(Network<T>& network) {
  double total = 0;
  for (int i = 0; i < network.program().n_blocks; ++i) {
    const Parameters<T>& p = network.parameters(i);
    if (!p.block->trainable) continue;
    if (p.block->l2 > 0) total += p.block->l2 * sum_of_squares(p.w, p.size());
    for (std::int64_t k = 0; p.block->l1 > 0 && k < p.size(); k += kLanes<T>) {
      total += p.block->l1 * static_cast<double>(sum_of_lanes<T>(abs<T>(load(p.w + k))));
    }
  }
  return total;
}

// Adds the regularisers' share: 2 l2 w + l1 sign(w), to g (n), from element `from` of p on.
template <class T>
inline void add_regularisers(const Parameters<T>& p, std::int64_t from, std::int64_t n, T* g) {
  const T l1 = static_cast<T>(p.block->l1), twice_l2 = static_cast<T>(2 * p.block->l2);
  if (l1 == 0 && twice_l2 == 0) return;
  for (std::int64_t k = 0; k < n; k += kLanes<T>) {
    const Vec<T> w = load(p.w + from + k);
    store(g + k, load(g + k) + l1 * sign<T>(w) + twice_l2 * w);
  }
}

template <class T>
inline void add_regularisers(Network<T>& network) {
  for (int i = 0; i < network.program().n_blocks; ++i) {
    Parameters<T>& p = network.parameters(i);
    if (p.block->trainable) add_regularisers(p, 0, p.size(), p.g);
  }
}

// One step of the optimiser, made once for each: what all parameters share is computed once.
template <class T>
class Step {
 public:
  // Step number t, from 1.
  Step(const Program& program, double rate, std::int64_t t)
      : program_(program),
        rate_(static_cast<T>(rate)),
        keep_(static_cast<T>(1 - rate * program.weight_decay)),
        momentum_(static_cast<T>(t > 1 ? program.ema_momentum : 0)) {
    with_row(program.optimizer, Optimizers<T>(), [&]<class Row>(Type<Row>) {
      static_assert(sizeof(Row) <= sizeof(row_) && std::is_trivially_destructible_v<Row>);
      new (row_) Row(program.settings, rate, t);
      constexpr Apply kApply[] = {&Step::apply_row<Row, 0>, &Step::apply_row<Row, 1>,
                                  &Step::apply_row<Row, 2>, &Step::apply_row<Row, 3>};
      apply_ = kApply[program.n_slots];
    });
  }

  // Plain gradient descent: all that a step does to a weight is to take rate() times its gradient.
  bool is_plain() const { return program_.plain; }
  T rate() const { return rate_; }

  // What each element of a gradient needs before the step: g (n), from element `from` of p on.
  void complete(const Parameters<T>& p, std::int64_t from, std::int64_t n, T* g) const {
    add_regularisers(p, from, n, g);
    if (program_.clip_value > 0) {
      const T limit = static_cast<T>(program_.clip_value);
      for (std::int64_t k = 0; k < n; k += kLanes<T>) {
        store(g + k, clip<T>(load(g + k), -limit, limit));
      }
    }
  }

  // Both, when nothing has to be known of the rest of the gradient.
  CHAINRULE_APART void make(Parameters<T>& p, std::int64_t from, std::int64_t n, T* g) const {
    complete(p, from, n, g);
    apply(p, from, n, g);
  }

  // The step itself, for the same elements.
  void apply(Parameters<T>& p, std::int64_t from, std::int64_t n, const T* g) const {
    (this->*apply_)(p, from, n, g);
  }

 private:
  using Apply = void (Step::*)(Parameters<T>&, std::int64_t, std::int64_t, const T*) const;

  template <class Row, int Slots>
  void apply_row(Parameters<T>& p, std::int64_t from, std::int64_t n, const T* g) const {
    const Row row = *std::launder(reinterpret_cast<const Row*>(row_));
    T* const w_at = p.w + from;
    T* s_at[kMostSlots] = {};
    for (int j = 0; j < Slots; ++j) s_at[j] = p.s[j] + from;
    const T keep = program_.weight_decay > 0 ? keep_ : T(1);
    // A tile's are fetched while the one two before it is stepped: in a loop that waits for the
    // divider these cost nothing.
    for (std::int64_t k = 0; k < n; k += kLanes<T>) {
      fetch_far(w_at + k + 2 * n, 1);
      for (int j = 0; j < Slots; ++j) fetch_far(s_at[j] + k + 2 * n, 1);
      Vec<T> w = keep * load(w_at + k), s[kMostSlots] = {};
      for (int j = 0; j < Slots; ++j) s[j] = load(s_at[j] + k);
      row(w, load(g + k), s, row.rate);
      for (int j = 0; j < Slots; ++j) store(s_at[j] + k, s[j]);
      store(w_at + k, w);
    }
    if (program_.ema_momentum < 0) return;
    T* const average = p.s[Slots] + from;
    for (std::int64_t k = 0; k < n; k += kLanes<T>) {
      store(average + k, momentum_ * load(average + k) + (1 - momentum_) * load(w_at + k));
    }
  }

  const Program& program_;
  T rate_, keep_, momentum_;
  alignas(T) unsigned char row_[8 * sizeof(T)];  // the optimiser's row, and what applies it
  Apply apply_;
};

// Whether a gradient must be complete before any of it can be used.
inline bool clips_norms(const Program& program) {
  return program.clip_norm > 0 || program.global_clip_norm > 0;
}

template <class T>
inline void scale_gradient(Parameters<T>& p, double norm, double limit) {
  if (!(norm > limit)) return;
  const T factor = static_cast<T>(limit / norm);
  for (std::int64_t k = 0; k < p.size(); k += kLanes<T>) store(p.g + k, load(p.g + k) * factor);
}

template <class T>
inline void clip_gradients(Network<T>& network) {
  const Program& program = network.program();
  double squares = 0;
  for (int i = 0; i < program.n_blocks; ++i) {
    Parameters<T>& p = network.parameters(i);
    if (!p.g) continue;
    if (program.clip_norm > 0) {
      scale_gradient(p, std::sqrt(sum_of_squares(p.g, p.size())), program.clip_norm);
    }
    if (program.global_clip_norm > 0) squares += sum_of_squares(p.g, p.size());
  }
  for (int i = 0; program.global_clip_norm > 0 && i < program.n_blocks; ++i) {
    Parameters<T>& p = network.parameters(i);
    if (p.g) scale_gradient(p, std::sqrt(squares), program.global_clip_norm);
  }
}

// Max-norm: every column of w is scaled to at most this length.
template <class T>
inline void limit_norms(Parameters<T>& p) {
  const T limit = static_cast<T>(p.block->max_norm);
  for (std::int64_t c = 0; c < p.ld; c += kLanes<T>) {
    Vec<T> squares = {};
    for (std::int64_t r = 0; r < p.block->rows; ++r) {
      const Vec<T> w = load(p.panels(p.w).vector(r, c));
      squares += w * w;
    }
    const Vec<T> norm = sqrt<T>(squares);
    const Vec<T> factor = (norm < limit ? norm : broadcast(limit)) / (T(1e-7) + norm);
    for (std::int64_t r = 0; r < p.block->rows; ++r) {
      T* at = p.panels(p.w).vector(r, c);
      store(at, load(at) * factor);
    }
  }
}

// What of a step the products did not make: everything if `kernels_done` is false.
template <class T>
inline void finish_step(Network<T>& network, const Step<T>& step, bool kernels_done) {
  const auto each = [&](auto&& use) {
    for (int i = 0; i < network.program().n_blocks; ++i) {
      Parameters<T>& p = network.parameters(i);
      if (p.block->trainable && !(kernels_done && p.is_kernel)) use(p);
    }
  };
  each([&](Parameters<T>& p) { step.complete(p, 0, p.size(), p.g); });
  if (clips_norms(network.program())) clip_gradients(network);
  each([&](Parameters<T>& p) { step.apply(p, 0, p.size(), p.g); });
  for (int i = 0; i < network.program().n_blocks; ++i) {
    Parameters<T>& p = network.parameters(i);
    if (p.block->trainable && p.block->max_norm > 0) limit_norms(p);
  }
}

}  // namespace chainrule::CHAINRULE_ISA
