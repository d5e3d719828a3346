// From the gradient to the new parameters: regularisers, clipping, the optimiser, constraints.
#pragma once

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

template <class T>
inline void add_regularisers(Parameters<T>& p) {
  const T l1 = static_cast<T>(p.block->l1), twice_l2 = static_cast<T>(2 * p.block->l2);
  if (l1 == 0 && twice_l2 == 0) return;
  for (std::int64_t k = 0; k < p.size(); k += kLanes<T>) {
    const Vec<T> w = load(p.w + k);
    store(p.g + k, load(p.g + k) + l1 * sign<T>(w) + twice_l2 * w);
  }
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
    if (program.clip_value > 0) {
      const T limit = static_cast<T>(program.clip_value);
      for (std::int64_t k = 0; k < p.size(); k += kLanes<T>) {
        store(p.g + k, clip<T>(load(p.g + k), -limit, limit));
      }
    }
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
      squares += load(p.w + r * p.ld + c) * load(p.w + r * p.ld + c);
    }
    const Vec<T> norm = sqrt<T>(squares);
    const Vec<T> factor = (norm < limit ? norm : broadcast(limit)) / (T(1e-7) + norm);
    for (std::int64_t r = 0; r < p.block->rows; ++r) {
      T* at = p.w + r * p.ld + c;
      store(at, load(at) * factor);
    }
  }
}

// Makes step number t (from 1) from the gradients that are there, and sets them back to zero.
template <class T>
inline void make_step(Network<T>& network, double rate, std::int64_t t) {
  const Program& program = network.program();
  for (int i = 0; i < program.n_blocks; ++i) {
    if (network.parameters(i).g) add_regularisers(network.parameters(i));
  }
  clip_gradients(network);
  const T keep = static_cast<T>(1 - rate * program.weight_decay);
  const bool decays = program.weight_decay > 0, averages = program.ema_momentum >= 0;
  const T momentum = static_cast<T>(t > 1 ? program.ema_momentum : 0);
  with_row(program.optimizer, Optimizers<T>(), [&]<class Row>(Type<Row>) {
    const Row update(program.settings, rate, t);
    for (int i = 0; i < program.n_blocks; ++i) {
      Parameters<T>& p = network.parameters(i);
      if (!p.g) continue;
      for (std::int64_t k = 0; k < p.size(); k += kLanes<T>) {
        Vec<T> w = load(p.w + k), s[kMostSlots] = {};
        for (int j = 0; j < program.n_slots; ++j) s[j] = load(p.s[j] + k);
        if (decays) w *= keep;
        update(w, load(p.g + k), s, update.rate);
        for (int j = 0; j < program.n_slots; ++j) store(p.s[j] + k, s[j]);
        store(p.w + k, w);
        store(p.g + k, Vec<T>{});
        if (averages) {
          T* average = p.s[program.n_slots] + k;
          store(average, momentum * load(average) + (1 - momentum) * w);
        }
      }
      if (p.block->max_norm > 0) limit_norms(p);
    }
  });
}

}  // namespace chainrule::CHAINRULE_ISA
