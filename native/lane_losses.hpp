// Losses with one network a lane: of one sample of each, the loss and the gradient dL/da.
//
// a, y, d (outputs, width): `width` networks side by side, some whole vectors of them. For the
// network of each lane:
//
//   total += weight * loss;   d = weight * scale * gradient
//
// total, weight (width). The losses that are made of one number an output do this by their rows in
// losses.hpp; a loss that sees all outputs of a sample needs a row of its own here, or else its
// networks are trained one after the other.
#pragma once

#include "row_losses.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
struct LaneSample {
  const T *a, *y;
  T* d;
  std::int64_t outputs, width;
  const T* weight;
  T scale;
  const T* p;
  T* total;
};

template <class Row>
struct InLanes {
  static constexpr bool kPossible = false;
  template <class T>
  static void sample(const LaneSample<T>&) {}
};

template <class F>
struct InLanes<PerOutput<F>> {
  static constexpr bool kPossible = true;
  template <class T>
  [[gnu::flatten]] static void sample(const LaneSample<T>& s) {
    const T share = F::kMeanOverOutputs ? T(1) / static_cast<T>(s.outputs) : T(1);
    for (std::int64_t v = 0; v < s.width; v += kLanes<T>) {
      const Vec<T> weight = share * load(s.weight + v);
      const Vec<T> of_gradient = weight * s.scale;
      Vec<T> total = load(s.total + v);
      for (std::int64_t at = v; at < s.outputs * s.width; at += s.width) {
        const Vec<T> a = load(s.a + at), y = load(s.y + at);
        total += weight * F::template value<T>(a, y, s.p);
        store(s.d + at, of_gradient * F::template gradient<T>(a, y, s.p));
      }
      store(s.total + v, total);
    }
  }
};

// loss = -sum y (z - log sum exp z);  dL/dz = softmax(z) sum(y) - y. target(j, at) is y of output
// j.
template <class T, class Target>
inline void categorical_logits_in_lanes(const LaneSample<T>& s, Target&& target) {
  for (std::int64_t v = 0; v < s.width; v += kLanes<T>) {
    const std::int64_t end = s.outputs * s.width;
    Vec<T> most = load(s.a + v), sum = {}, targets = {}, loss = {};
    for (std::int64_t at = v; at < end; at += s.width) most = greater<T>(most, load(s.a + at));
    for (std::int64_t at = v; at < end; at += s.width) {
      const Vec<T> e = exp_below_most<T>(load(s.a + at) - most);
      store(s.d + at, e);
      sum += e;
    }
    const Vec<T> log_sum = most + log<T>(sum);
    for (std::int64_t j = 0; j < s.outputs; ++j) {
      const Vec<T> y = target(j, v);
      loss -= y != T(0) ? y * (load(s.a + j * s.width + v) - log_sum) : Vec<T>{};
      targets += y;
    }
    const Vec<T> weight = load(s.weight + v), of_gradient = weight * s.scale;
    store(s.total + v, load(s.total + v) + weight * loss);
    const Vec<T> factor = targets / sum;
    for (std::int64_t j = 0; j < s.outputs; ++j) {
      T* const d = s.d + j * s.width + v;
      store(d, of_gradient * (load(d) * factor - target(j, v)));
    }
  }
}

template <>
struct InLanes<CategoricalCrossentropyFromLogits> {
  static constexpr bool kPossible = true;
  template <class T>
  [[gnu::flatten]] static void sample(const LaneSample<T>& s) {
    categorical_logits_in_lanes(
        s, [&](std::int64_t j, std::int64_t v) { return load(s.y + j * s.width + v); });
  }
};

template <>
struct InLanes<SparseCategoricalCrossentropyFromLogits> {
  static constexpr bool kPossible = true;
  template <class T>
  [[gnu::flatten]] static void sample(const LaneSample<T>& s) {
    categorical_logits_in_lanes(s, [&](std::int64_t j, std::int64_t v) {
      const T low = static_cast<T>(j), high = static_cast<T>(j + 1);  // 2.5 is class 2 elsewhere
      const Vec<T> y = load(s.y + v);
      return (y >= low) & (y < high) ? broadcast(T(1)) : Vec<T>{};
    });
  }
};

}  // namespace chainrule::CHAINRULE_ISA
