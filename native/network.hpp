// A network during a call: its parameters padded to whole vectors, and forward and backward over a
// panel of rows.
//
//   forward    Z = A_below W + b,  A = f(Z)                       (rows, units)
//   backward   D = dL/dA * f'(Z)                                  (rows, units)
//              dL/dW = A_below^T D,  dL/db = sum of D over rows   (inputs, units), (units)
//              dL/dA_below = D W^T                                (rows, inputs)
//
// Every matrix has rows of `ld` elements: its columns rounded up to whole vectors.
#pragma once

#include "measures.hpp"
#include "stages.hpp"
#include "tile.hpp"
#include "transpose.hpp"

namespace chainrule::CHAINRULE_ISA {

// The most rows that go through the network together: their activations stay in the cache.
constexpr std::int64_t kPanelRows = 64;

template <class T>
class Network {
 public:
  static constexpr int L = kLanes<T>;

  Network() = default;

  // Room for `rows` rows at a time, and for gradients and slots if asked. False: out of memory.
  bool prepare(const Program& program, std::int64_t rows, bool gradients, bool slots) {
    program_ = program;
    lay_out(rows, gradients, slots);
    if (!arena_.allocate()) return false;
    lay_out(rows, gradients, slots);
    return true;
  }

  const Program& program() const { return program_; }
  int depth() const { return program_.n_stages; }
  Layer<T>& layer(int i) { return layers_[i]; }
  Layer<T>& last() { return layers_[depth() - 1]; }
  Parameters<T>& parameters(int i) { return parameters_[i]; }
  std::int64_t inputs() const { return layers_[0].inputs; }
  std::int64_t work() const { return work_; }  // multiplications of a forward pass, for one row
  T* targets() { return Y_; }
  const T* zeros() const { return zeros_; }  // as many as the widest layer has columns
  std::int64_t ld_targets() const { return round_up(program_.targets, L); }

  // Parameters, gradients and slots from and to their form without padding.
  void read(const T* theta) {
    for_each_row([&](const Parameters<T>& p, std::int64_t at, std::int64_t from) {
      copy(theta + from, p.w + at, p.block->columns);
    });
  }
  void write(T* theta) {
    for_each_row([&](const Parameters<T>& p, std::int64_t at, std::int64_t from) {
      copy(p.w + at, theta + from, p.block->columns);
    });
  }
  void write_gradient(T* gradient) {
    for_each_row([&](const Parameters<T>& p, std::int64_t at, std::int64_t from) {
      if (p.g) {
        copy(p.g + at, gradient + from, p.block->columns);
      } else {
        std::memset(gradient + from, 0, p.block->columns * sizeof(T));
      }
    });
  }
  void read_slot(int slot, const T* values) {
    for_each_row([&](const Parameters<T>& p, std::int64_t at, std::int64_t from) {
      if (p.s[slot]) copy(values + from, p.s[slot] + at, p.block->columns);
    });
  }
  void write_slot(int slot, T* values) {
    for_each_row([&](const Parameters<T>& p, std::int64_t at, std::int64_t from) {
      if (p.s[slot]) copy(p.s[slot] + at, values + from, p.block->columns);
    });
  }

  // The rows of a panel, side by side: where they lie when that will do, else copied together.
  Matrix<T> gather(const T* X, const std::int64_t* index, std::int64_t first, std::int64_t rows) {
    const std::int64_t D = inputs();
    if (!index && layers_[0].stage->kind == Kind::dense) return {X + first * D, D};
    const std::int64_t ld = round_up(D, L);
    for (std::int64_t r = 0; r < rows; ++r) {
      copy(X + (index ? index[first + r] : first + r) * D, X_ + r * ld, D);
    }
    return {X_, ld};
  }

  // Copies the targets and weights of a panel to where loss() reads them.
  void set_targets(const Data<T>& data, const std::int64_t* index, std::int64_t first,
                   std::int64_t rows) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t from = index ? index[first + r] : first + r;
      copy(data.Y + from * program_.targets, Y_ + r * ld_targets(), program_.targets);
      weights_[r] = data.weight ? data.weight[from] : T(1);
    }
  }

  void forward(Matrix<T> X, std::int64_t rows, const Mode& mode) {
    Matrix<T> below = X;
    for (int i = 0; i < depth(); ++i) {
      Layer<T>& l = layers_[i];
      switch (l.stage->kind) {
        case Kind::dense:
          dense_forward(l, below, rows);
          break;
        case Kind::activation:
          copy(below.at, l.Z, rows * l.ld);
          break;
        case Kind::dropout:
          if (mode.training) {
            dropout_forward(l, below.at, rows, mode);
          } else {
            copy(below.at, l.Z, rows * l.ld);
          }
          break;
        case Kind::gaussian_noise:
          gaussian_noise_forward(l, below.at, rows, mode);
          break;
        case Kind::batch_norm:
          batch_norm_forward(l, below.at, rows, mode);
          break;
        case Kind::layer_norm:
          layer_norm_forward(l, below.at, rows);
          break;
        case Kind::rescaling:
          rescaling_forward(l, below.at, rows);
          break;
      }
      activate(l, rows);
      below = {l.A, l.ld};
    }
  }

  // Adds the loss of `rows` rows to the lanes of `total`; with Delta also D of the last layer,
  // `scale` weighing all samples. Y has rows of ld_targets(); its padding is not used.
  template <bool Delta>
  void loss(std::int64_t rows, const T* Y, T scale, Vec<T>& total) {
    Layer<T>& l = last();
    const T* from = program_.on_logits ? l.Z : l.A;
    const T p[2] = {static_cast<T>(program_.loss_parameters[0]),
                    static_cast<T>(program_.loss_parameters[1])};
    with_row(program_.loss, Losses(), [&]<class F>(Type<F>) {
      for (std::int64_t r = 0; r < rows; ++r) {
        F::template row<Delta>(from + r * l.ld, Y + r * ld_targets(), l.D + r * l.ld, l.units, p,
                               Weights<T>{weights_[r], weights_[r] * scale}, total);
      }
    });
    if (Delta && !program_.on_logits) pull_back(l, rows);
  }

  // The loss of a panel, as one number.
  template <bool Delta>
  double loss(std::int64_t rows, T scale = T(1)) {
    Vec<T> total = {};
    loss<Delta>(rows, Y_, scale, total);
    return static_cast<double>(sum_of_lanes<T>(total));
  }

  // Adds each measure of `rows` rows to sums (n_measures).
  void measure(std::int64_t rows, const T* Y, double* sums) {
    const Layer<T>& l = last();
    for (int m = 0; m < program_.n_measures; ++m) {
      with_row(program_.measures[m], Measures(), [&]<class F>(Type<F>) {
        for (std::int64_t r = 0; r < rows; ++r) {
          sums[m] += F::template of<T>(l.A + r * l.ld, Y + r * ld_targets(), l.units);
        }
      });
    }
  }

  // Backward from D of the last layer. With Update the weights of dense layers make a step of
  // `rate` times the gradient at once; otherwise gradients are added to those that are there. D of
  // the layer below is computed before that, from the weights as they were.
  template <bool Update>
  void backward(Matrix<T> X, std::int64_t rows, const Mode& mode, T rate) {
    for (int i = depth() - 1; i >= 0; --i) {
      Layer<T>& l = layers_[i];
      T* dx = i > 0 ? layers_[i - 1].D : nullptr;
      switch (l.stage->kind) {
        case Kind::dense:
          if (dx) dense_delta_below(l, dx, rows);
          dense_gradient<Update>(l, i > 0 ? Matrix<T>{layers_[i - 1].A, layers_[i - 1].ld} : X,
                                 rows, rate);
          break;
        case Kind::activation:
        case Kind::gaussian_noise:
          if (dx) copy(l.D, dx, rows * l.ld);
          break;
        case Kind::dropout:
          if (dx) multiply_by_kept(l, dx, rows);
          break;
        case Kind::batch_norm:
          batch_norm_backward(l, dx, rows, mode);
          break;
        case Kind::layer_norm:
          layer_norm_backward(l, dx, rows);
          break;
        case Kind::rescaling:
          if (dx) rescaling_backward(l, dx, rows);
          break;
      }
      if (dx) pull_back(layers_[i - 1], rows);
    }
  }

 private:
  void dense_forward(Layer<T>& l, Matrix<T> below, std::int64_t rows) {
    const T* b = l.b() ? l.b() : zeros_;
    multiply(rows, l.units, l.inputs, below, l.W(), l.ld,
             [&](std::int64_t r, std::int64_t c, Vec<T> sum) {
               store(l.Z + r * l.ld + c, sum + load(b + c));
             });
  }

  void dense_delta_below(const Layer<T>& l, T* dx, std::int64_t rows) {
    const std::int64_t ldx = round_up(l.inputs, L);
    transpose<T>(l.inputs, l.units, l.W(), l.ld, l.W_transposed, ldx);
    multiply(rows, l.inputs, l.units, Matrix<T>{l.D, l.ld}, l.W_transposed, ldx,
             [&](std::int64_t r, std::int64_t c, Vec<T> sum) { store(dx + r * ldx + c, sum); });
  }

  template <bool Update>
  void dense_gradient(const Layer<T>& l, Matrix<T> below, std::int64_t rows, T rate) {
    T* const to = Update ? l.W() : l.own[0].g;
    const T factor = Update ? -rate : T(1);
    if (to) {
      multiply(l.inputs, l.units, rows, Matrix<T>{below.at, 1, below.row}, l.D, l.ld,
               [&](std::int64_t r, std::int64_t c, Vec<T> sum) {
                 T* at = to + r * l.ld + c;
                 store(at, load(at) + (Update ? factor * sum : sum));
               });
    }
    T* const to_b = !l.b() ? nullptr : Update ? l.b() : l.own[1].g;
    if (!to_b) return;
    for (std::int64_t c = 0; c < l.units; c += L) {
      Vec<T> sum = {};
      for (std::int64_t r = 0; r < rows; ++r) sum += load(l.D + r * l.ld + c);
      store(to_b + c, load(to_b + c) + factor * sum);
    }
  }

  void lay_out(std::int64_t rows, bool gradients, bool slots) {
    layers_ = arena_.template take<Layer<T>>(depth());
    parameters_ = arena_.template take<Parameters<T>>(program_.n_blocks);
    work_ = 0;
    std::int64_t widest = 0;
    for (int i = 0; i < program_.n_blocks; ++i) {
      const Block& block = program_.blocks[i];
      Parameters<T> p = {};
      p.block = &block;
      p.ld = round_up(block.columns, L);
      // Rows are rounded up as well, where transposing reads whole blocks.
      const std::int64_t n = round_up(block.rows, block.rows > 1 ? L : 1) * p.ld;
      p.w = arena_.template take<T>(n);
      if (gradients && block.trainable) p.g = arena_.template take<T>(n);
      const int n_slots = program_.n_slots + (program_.ema_momentum >= 0 ? 1 : 0);
      for (int s = 0; slots && block.trainable && s < n_slots; ++s) {
        p.s[s] = arena_.template take<T>(n);
      }
      if (parameters_) parameters_[i] = p;
    }
    for (int i = 0; i < depth(); ++i) {
      const Stage& stage = program_.stages[i];
      Layer<T> l = {};
      l.stage = &stage;
      l.inputs = stage.inputs;
      l.units = stage.units;
      l.ld = round_up(stage.units, L);
      l.own = parameters_ ? parameters_ + stage.first_block : nullptr;
      l.Z = arena_.template take<T>(rows * l.ld);
      l.A = arena_.template take<T>(rows * l.ld);
      l.D = arena_.template take<T>(rows * l.ld);
      l.A_before = arena_.template take<T>(l.ld);
      const bool dense = stage.kind == Kind::dense;
      if (dense && i > 0) l.W_transposed = arena_.template take<T>(round_up(l.inputs, L) * l.ld);
      if (!dense && stage.kind != Kind::activation) {
        l.kept = arena_.template take<T>(rows * l.ld);
        l.mean = arena_.template take<T>(l.ld);
        l.variance = arena_.template take<T>(l.ld);
        l.scale = arena_.template take<T>(rows > l.ld ? rows : l.ld);
      }
      if (stage.kind == Kind::rescaling && l.scale) {
        for (std::int64_t j = 0; j < l.units; ++j) {
          l.scale[j] = static_cast<T>(stage.settings[j]);
          l.mean[j] = static_cast<T>(stage.settings[l.units + j]);
          l.variance[j] = static_cast<T>(stage.settings[2 * l.units + j]);
        }
      }
      work_ += dense ? l.inputs * l.units : 8 * l.units;
      if (l.ld > widest) widest = l.ld;
      if (layers_) layers_[i] = l;
    }
    zeros_ = arena_.template take<T>(widest);
    X_ = arena_.template take<T>(rows * round_up(program_.stages[0].inputs, L));
    Y_ = arena_.template take<T>(rows * ld_targets());
    weights_ = arena_.template take<T>(rows);
    for (std::int64_t r = 0; weights_ && r < rows; ++r) weights_[r] = T(1);
  }

  // Calls use(parameters, where the row lies in w, where it lies in theta).
  template <class Use>
  void for_each_row(Use&& use) {
    for (int i = 0; i < program_.n_blocks; ++i) {
      const Parameters<T>& p = parameters_[i];
      for (std::int64_t r = 0; r < p.block->rows; ++r) {
        use(p, r * p.ld, p.block->start + r * p.block->columns);
      }
    }
  }

  Program program_ = {};
  Arena arena_;
  Layer<T>* layers_ = nullptr;
  Parameters<T>* parameters_ = nullptr;
  T *X_ = nullptr, *Y_ = nullptr, *weights_ = nullptr, *zeros_ = nullptr;
  std::int64_t work_ = 0;
};

}  // namespace chainrule::CHAINRULE_ISA
