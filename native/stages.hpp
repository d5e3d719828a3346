// The layers that are no matrix products: forward from x to Z, backward from D = dL/dZ to dL/dx.
//
// x and its gradient (rows, ldx) have rows padded to whole vectors, as Z and D have. Each layer has
// as many outputs as inputs. The formulas, with shapes, are in src/chainrule/engines/rules.py.
#pragma once

#include "layer.hpp"
#include "normal.hpp"
#include "philox.hpp"

namespace chainrule::CHAINRULE_ISA {

// Calls use(k, c) for each vector of rows from .. to: k its place in a padded (rows, ld) array, c
// its first column.
template <class T, class Use>
inline void for_each_vector(std::int64_t from, std::int64_t to, std::int64_t ld, Use&& use) {
  for (std::int64_t r = from; r < to; ++r) {
    for (std::int64_t c = 0; c < ld; c += kLanes<T>) use(r * ld + c, c);
  }
}

// max(x, 0) + alpha min(x, 0), and x is kept; at 0 the slope is alpha.
template <class T>
inline void prelu_forward(const Layer<T>& l, const T* x, std::int64_t from, std::int64_t to) {
  for_each_vector<T>(from, to, l.ld, [&](std::int64_t k, std::int64_t c) {
    if (c >= l.width) return;  // alpha has no more
    const Vec<T> x_k = load(x + k), alpha = load(l.own[0].w + c);
    store(l.kept + k, x_k);
    store(l.Z + k, x_k > T(0) ? x_k : alpha * x_k);
  });
}

template <class T>
inline void prelu_backward(const Layer<T>& l, T* dx, std::int64_t from, std::int64_t to) {
  for_each_vector<T>(from, to, l.ld, [&](std::int64_t k, std::int64_t c) {
    if (c >= l.width) return;
    const Vec<T> alpha = load(l.own[0].w + c);
    store(dx + k, load(l.D + k) * (load(l.kept + k) > T(0) ? broadcast(T(1)) : alpha));
  });
}

// g (width) += the sum over rows of D min(x, 0), or = if they are the first.
template <class T>
inline void prelu_gradient(const Layer<T>& l, T* g, std::int64_t rows, bool first) {
  for (std::int64_t c = 0; c < l.width; c += kLanes<T>) {
    Vec<T> sum = first ? Vec<T>{} : load(g + c);
    for (std::int64_t r = 0; r < rows; ++r) {
      const Vec<T> x = load(l.kept + r * l.ld + c);
      sum += load(l.D + r * l.ld + c) * (x > T(0) ? Vec<T>{} : x);
    }
    store(g + c, sum);
  }
}

template <class T>
inline void dropout_forward(const Layer<T>& l, const T* x, std::int64_t from, std::int64_t to,
                            const Mode& mode) {
  const double rate = l.stage->settings[0];
  const auto threshold = static_cast<std::uint64_t>(rate * 4294967296.0);
  const T kept = static_cast<T>(1 / (1 - rate));
  for (std::int64_t r = from; r < to; ++r) {
    T* factors = l.kept + r * l.ld;
    random_words(
        mode.key, mode.step, l.stage->stream, (mode.first_row + r) * l.units, l.units,
        [&](std::int64_t j, std::uint32_t word) { factors[j] = word >= threshold ? kept : T(0); });
  }
  for_each_vector<T>(from, to, l.ld, [&](std::int64_t k, std::int64_t) {
    store(l.Z + k, load(x + k) * load(l.kept + k));
  });
}

template <class T>
inline void gaussian_noise_forward(const Layer<T>& l, const T* x, std::int64_t from,
                                   std::int64_t to, const Mode& mode) {
  copy(x + from * l.ld, l.Z + from * l.ld, (to - from) * l.ld);
  if (!mode.training) return;
  const double deviation = l.stage->settings[0];
  for (std::int64_t r = from; r < to; ++r) {
    T* z = l.Z + r * l.ld;
    random_words(mode.key, mode.step, l.stage->stream, (mode.first_row + r) * l.units, l.units,
                 [&](std::int64_t j, std::uint32_t word) {
                   z[j] += static_cast<T>(deviation * normal_deviate(word));
                 });
  }
}

template <class T>
inline void multiply_by_kept(const Layer<T>& l, T* dx, std::int64_t from, std::int64_t to) {
  for_each_vector<T>(from, to, l.ld, [&](std::int64_t k, std::int64_t) {
    store(dx + k, load(l.D + k) * load(l.kept + k));
  });
}

template <class T>
inline bool uses_batch(const Layer<T>& l, const Mode& mode) {
  return mode.training && l.stage->settings[2] != 0;
}

// Mean and variance by column: of the batch, or the moving averages.
template <class T>
inline void batch_norm_forward(const Layer<T>& l, const T* x, std::int64_t rows, const Mode& mode) {
  constexpr int L = kLanes<T>;
  const T epsilon = static_cast<T>(l.stage->settings[1]), n = static_cast<T>(rows);
  for (std::int64_t c = 0; c < l.width; c += L) {
    Vec<T> mean = load(l.own[2].w + c), variance = load(l.own[3].w + c);
    if (uses_batch(l, mode)) {
      mean = variance = Vec<T>{};
      for (std::int64_t r = 0; r < rows; ++r) mean += load(x + r * l.ld + c);
      mean /= n;
      for (std::int64_t r = 0; r < rows; ++r) {
        const Vec<T> off = load(x + r * l.ld + c) - mean;
        variance += off * off;
      }
      variance /= n;
    }
    const Vec<T> scale = T(1) / sqrt<T>(variance + epsilon);
    const Vec<T> gamma = load(l.own[0].w + c), beta = load(l.own[1].w + c);
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t k = r * l.ld + c;
      const Vec<T> x_hat = first_lanes<T>((load(x + k) - mean) * scale, l.units - c);
      store(l.kept + k, x_hat);
      store(l.Z + k, gamma * x_hat + beta);
    }
    store(l.mean + c, mean);
    store(l.variance + c, variance);
    store(l.scale + c, first_lanes<T>(scale, l.units - c));
  }
}

// g[c ..] += change, or = if it is the first; nothing if g is null.
template <class T>
inline void add_to(T* g, std::int64_t c, Vec<T> change, bool first) {
  if (g) store(g + c, first ? change : load(g + c) + change);
}

template <class T>
inline void batch_norm_backward(const Layer<T>& l, T* dx, std::int64_t rows, const Mode& mode,
                                bool first_panel) {
  constexpr int L = kLanes<T>;
  for (std::int64_t c = 0; c < l.width; c += L) {
    Vec<T> sum = {}, slope = {};
    for (std::int64_t r = 0; r < rows; ++r) {
      const Vec<T> d = load(l.D + r * l.ld + c);
      sum += d;
      slope += d * load(l.kept + r * l.ld + c);
    }
    add_to(l.own[0].g, c, slope, first_panel);
    add_to(l.own[1].g, c, sum, first_panel);
    if (!dx) continue;
    const Vec<T> factor = load(l.own[0].w + c) * load(l.scale + c);
    const T share = uses_batch(l, mode) ? 1 / static_cast<T>(rows) : T(0);
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t k = r * l.ld + c;
      const Vec<T> d = load(l.D + k) - sum * share - load(l.kept + k) * (slope * share);
      store(dx + k, factor * d);
    }
  }
}

template <class T>
inline void batch_norm_averages(const Layer<T>& l) {
  const T momentum = static_cast<T>(l.stage->settings[0]);
  for (std::int64_t c = 0; c < l.width; c += kLanes<T>) {
    T *mean = l.own[2].w + c, *variance = l.own[3].w + c;
    const std::int64_t n = l.units - c;
    store(mean, first_lanes<T>(momentum * load(mean) + (1 - momentum) * load(l.mean + c), n));
    store(variance,
          first_lanes<T>(momentum * load(variance) + (1 - momentum) * load(l.variance + c), n));
  }
}

// Mean and variance by row.
template <class T>
inline void layer_norm_forward(const Layer<T>& l, const T* x, std::int64_t rows) {
  constexpr int L = kLanes<T>;
  const T epsilon = static_cast<T>(l.stage->settings[0]), n = static_cast<T>(l.units);
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* row = x + r * l.ld;
    Vec<T> sum = {};
    for (std::int64_t c = 0; c < l.width; c += L) sum += first_lanes<T>(load(row + c), l.units - c);
    const T mean = sum_of_lanes<T>(sum) / n;
    Vec<T> squares = {};
    for (std::int64_t c = 0; c < l.width; c += L) {
      const Vec<T> off = first_lanes<T>(load(row + c) - mean, l.units - c);
      squares += off * off;
      store(l.kept + r * l.ld + c, off);
    }
    const T scale = 1 / sqrt<T>(broadcast(sum_of_lanes<T>(squares) / n + epsilon))[0];
    l.scale[r] = scale;
    for (std::int64_t c = 0; c < l.width; c += L) {
      const std::int64_t k = r * l.ld + c;
      const Vec<T> x_hat = load(l.kept + k) * scale;
      store(l.kept + k, x_hat);
      store(l.Z + k, load(l.own[0].w + c) * x_hat + load(l.own[1].w + c));
    }
  }
}

template <class T>
inline void layer_norm_backward(const Layer<T>& l, T* dx, std::int64_t rows, bool first_panel) {
  constexpr int L = kLanes<T>;
  const T n = static_cast<T>(l.units);
  for (std::int64_t r = 0; r < rows; ++r) {
    Vec<T> sums = {}, slopes = {};
    for (std::int64_t c = 0; c < l.width; c += L) {
      const std::int64_t k = r * l.ld + c;
      const Vec<T> dA = load(l.D + k), x_hat = load(l.kept + k), d = load(l.own[0].w + c) * dA;
      sums += d;
      slopes += d * x_hat;
      add_to(l.own[0].g, c, dA * x_hat, first_panel && r == 0);
      add_to(l.own[1].g, c, dA, first_panel && r == 0);
    }
    if (!dx) continue;
    const T mean = sum_of_lanes<T>(sums) / n, slope = sum_of_lanes<T>(slopes) / n;
    for (std::int64_t c = 0; c < l.width; c += L) {
      const std::int64_t k = r * l.ld + c;
      const Vec<T> d = load(l.own[0].w + c) * load(l.D + k) - mean - load(l.kept + k) * slope;
      store(dx + k, first_lanes<T>(l.scale[r] * d, l.units - c));
    }
  }
}

// (x - shift) scale + offset; variance holds the shift and mean the offset.
template <class T>
inline void rescaling_forward(const Layer<T>& l, const T* x, std::int64_t from, std::int64_t to) {
  for_each_vector<T>(from, to, l.ld, [&](std::int64_t k, std::int64_t c) {
    store(l.Z + k, (load(x + k) - load(l.variance + c)) * load(l.scale + c) + load(l.mean + c));
  });
}

template <class T>
inline void rescaling_backward(const Layer<T>& l, T* dx, std::int64_t from, std::int64_t to) {
  for_each_vector<T>(from, to, l.ld, [&](std::int64_t k, std::int64_t c) {
    store(dx + k, load(l.D + k) * load(l.scale + c));
  });
}

}  // namespace chainrule::CHAINRULE_ISA
