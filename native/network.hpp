// A network during a call: its parameters padded to whole vectors, and forward and backward over a
// panel of rows.
//
//   forward    Z = A_below W + b,  A = f(Z)                       (rows, units)
//   backward   D = dL/dA * f'(Z)                                  (rows, units)
//              dL/dW = A_below^T D,  dL/db = sum of D over rows   (inputs, units), (units)
//              dL/dA_below = D W^T                                (rows, inputs)
//
// Every matrix has rows of `ld` elements: its columns rounded up to whole vectors. The columns
// beyond `units` are zero in W, b, D and the gradients, so nothing in them ever reaches a result.
#pragma once

#include "arena.hpp"
#include "engine.hpp"
#include "table.hpp"
#include "tile.hpp"
#include "transpose.hpp"

namespace chainrule::CHAINRULE_ISA {

// The most rows that go through the network together: their activations stay in the cache.
constexpr std::int64_t kPanelRows = 64;

template <class T>
struct Layer {
  std::int64_t inputs, units, ld;
  int activation;
  bool use_bias;
  T *W, *b;         // (inputs rounded up to whole vectors, ld), (ld)
  T *Z, *A, *D;     // (panel rows, ld)
  T* A_before;      // (ld): A of the sample before, when training one sample at a time
  T *dW, *db;       // as W and b, when gradients are gathered over several panels
  T* W_transposed;  // (units rounded up, inputs rounded up)
};

template <class T>
class Network {
 public:
  static constexpr int L = kLanes<T>;

  Network() = default;

  // Room for `rows` rows at a time, and for gradients if `gradients`. False: out of memory.
  bool prepare(const Program& program, std::int64_t rows, bool gradients) {
    program_ = program;
    lay_out(rows, gradients);
    if (!arena_.allocate()) return false;
    lay_out(rows, gradients);
    return true;
  }

  int depth() const { return program_.n_layers; }
  Layer<T>& layer(int i) { return layers_[i]; }
  Layer<T>& last() { return layers_[depth() - 1]; }
  std::int64_t inputs() const { return layers_[0].inputs; }
  std::int64_t n_weights() const { return n_weights_; }
  T* targets() { return Y_; }
  T* gathered() { return X_; }

  void read(const T* theta) {
    for_each_row([&](T* row, T*, std::int64_t units, std::int64_t at) {
      std::memcpy(row, theta + at, units * sizeof(T));
    });
  }
  void write(T* theta) {
    for_each_row([&](T* row, T*, std::int64_t units, std::int64_t at) {
      std::memcpy(theta + at, row, units * sizeof(T));
    });
  }
  void write_gradient(T* gradient) {
    for_each_row([&](T*, T* row, std::int64_t units, std::int64_t at) {
      std::memcpy(gradient + at, row, units * sizeof(T));
    });
  }

  void forward(Matrix<T> X, std::int64_t rows) {
    Matrix<T> below = X;
    for (int i = 0; i < depth(); ++i) {
      Layer<T>& l = layers_[i];
      multiply(rows, l.units, l.inputs, below, l.W, l.ld,
               [&](std::int64_t r, std::int64_t c, Vec<T> sum) {
                 store(l.Z + r * l.ld + c, sum + load(l.b + c));
               });
      with_row(l.activation, Activations(), [&]<class F>(F) {
        for (std::int64_t k = 0; k < rows * l.ld; k += L) {
          store(l.A + k, F::template value<T>(load(l.Z + k)));
        }
      });
      below = {l.A, l.ld};
    }
  }

  // Copies rows of Y (outputs wide, `index` or consecutive) to the padded targets.
  void set_targets(const T* Y, const std::int64_t* index, std::int64_t first, std::int64_t rows) {
    const Layer<T>& l = last();
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t from = index ? index[first + r] : first + r;
      std::memcpy(Y_ + r * l.ld, Y + from * l.units, l.units * sizeof(T));
    }
  }

  // Adds the loss of `rows` rows to the lanes of `total`; with Delta also D of the last layer,
  // `scale` weighing each sample's loss. Y has rows of last().ld; what lies beyond `units` is not
  // used.
  template <bool Delta>
  void loss(std::int64_t rows, const T* Y, T scale, Vec<T>& total) {
    Layer<T>& l = last();
    with_row(program_.loss, Losses(), [&]<class F>(F) {
      with_row(l.activation, Activations(), [&]<class G>(G) {
        for (std::int64_t r = 0; r < rows; ++r) {
          for (std::int64_t c = 0; c < l.units; c += L) {
            const std::int64_t k = r * l.ld + c;
            const Vec<T> a = load(l.A + k), y = load(Y + k);
            total += first_lanes<T>(F::template value<T>(a, y), l.units - c);
            if constexpr (Delta) {
              const Vec<T> dA = scale * F::template gradient<T>(a, y);
              const Vec<T> d = dA * G::template derivative<T>(load(l.Z + k), a);
              store(l.D + k, first_lanes<T>(d, l.units - c));
            }
          }
        }
      });
    });
  }

  // The loss of a panel, as one number.
  template <bool Delta>
  double loss(std::int64_t rows, T scale = T(1)) {
    Vec<T> total = {};
    loss<Delta>(rows, Y_, scale, total);
    return static_cast<double>(sum_of_lanes<T>(total));
  }

  // Backward from D of the last layer. Gradients go to weight(layer, place, sum), where place
  // points into W and sum is dL/dW there, and to bias(layer, place, sum); D of the layer below is
  // computed before that, from the weights as they were.
  template <class Weight, class Bias>
  void backward(Matrix<T> X, std::int64_t rows, Weight&& weight, Bias&& bias) {
    for (int i = depth() - 1; i >= 0; --i) {
      Layer<T>& l = layers_[i];
      if (i > 0) delta_below(l, layers_[i - 1], rows);
      const Matrix<T> below = i > 0 ? Matrix<T>{layers_[i - 1].A, layers_[i - 1].ld} : X;
      multiply(l.inputs, l.units, rows, Matrix<T>{below.at, 1, below.row}, l.D, l.ld,
               [&](std::int64_t r, std::int64_t c, Vec<T> sum) { weight(l, r * l.ld + c, sum); });
      if (!l.use_bias) continue;
      for (std::int64_t c = 0; c < l.units; c += L) {
        Vec<T> sum = {};
        for (std::int64_t r = 0; r < rows; ++r) sum += load(l.D + r * l.ld + c);
        bias(l, c, sum);
      }
    }
  }

  // Calls use(W, dW, elements) for each block of parameters.
  template <class Use>
  void for_each_block(Use&& use) {
    for (int i = 0; i < depth(); ++i) {
      Layer<T>& l = layers_[i];
      use(l.W, l.dW, l.inputs * l.ld);
      if (l.use_bias) use(l.b, l.db, l.ld);
    }
  }

 private:
  void delta_below(const Layer<T>& l, Layer<T>& below, std::int64_t rows) {
    const std::int64_t ldt = round_up(l.inputs, L);
    transpose<T>(l.inputs, l.units, l.W, l.ld, l.W_transposed, ldt);
    multiply(rows, l.inputs, l.units, Matrix<T>{l.D, l.ld}, l.W_transposed, ldt,
             [&](std::int64_t r, std::int64_t c, Vec<T> sum) {
               store(below.D + r * below.ld + c, sum);
             });
    with_row(below.activation, Activations(), [&]<class F>(F) {
      for (std::int64_t k = 0; k < rows * below.ld; k += L) {
        const Vec<T> slope = F::template derivative<T>(load(below.Z + k), load(below.A + k));
        store(below.D + k, load(below.D + k) * slope);
      }
    });
  }

  void lay_out(std::int64_t rows, bool gradients) {
    layers_ = arena_.template take<Layer<T>>(depth());
    n_weights_ = 0;
    for (int i = 0; i < depth(); ++i) {
      const DenseLayer& d = program_.layers[i];
      Layer<T> l = {};
      l.inputs = d.inputs;
      l.units = d.units;
      l.ld = round_up(d.units, L);
      l.activation = d.activation;
      l.use_bias = d.use_bias;
      const std::int64_t n = round_up(d.inputs, L) * l.ld;
      l.W = arena_.template take<T>(n);
      l.b = arena_.template take<T>(l.ld);
      l.Z = arena_.template take<T>(rows * l.ld);
      l.A = arena_.template take<T>(rows * l.ld);
      l.D = arena_.template take<T>(rows * l.ld);
      l.A_before = arena_.template take<T>(l.ld);
      if (gradients) {
        l.dW = arena_.template take<T>(n);
        l.db = arena_.template take<T>(l.ld);
      }
      if (i > 0) l.W_transposed = arena_.template take<T>(round_up(d.inputs, L) * l.ld);
      n_weights_ += d.inputs * d.units;
      if (layers_) layers_[i] = l;
    }
    const DenseLayer& outermost = program_.layers[depth() - 1];
    X_ = arena_.template take<T>(rows * program_.layers[0].inputs);
    Y_ = arena_.template take<T>(rows * round_up(outermost.units, L));
  }

  // Calls use(row of W or b, the same row of the gradient, units, where it lies in theta).
  template <class Use>
  void for_each_row(Use&& use) {
    std::int64_t at = 0;
    for (int i = 0; i < depth(); ++i) {
      Layer<T>& l = layers_[i];
      for (std::int64_t r = 0; r < l.inputs; ++r, at += l.units) {
        use(l.W + r * l.ld, l.dW ? l.dW + r * l.ld : nullptr, l.units, at);
      }
      if (l.use_bias) {
        use(l.b, l.db, l.units, at);
        at += l.units;
      }
    }
  }

  Program program_ = {};
  Arena arena_;
  Layer<T>* layers_ = nullptr;
  T *X_ = nullptr, *Y_ = nullptr;
  std::int64_t n_weights_ = 0;
};

}  // namespace chainrule::CHAINRULE_ISA
