// A network during a call: its parameters in panels, and forward over a panel of rows of data, with
// the loss. Both work on rows from .. to, so that threads can share a panel.
//
//   forward  A = f(Z), Z from the layer below  (rows, units)
//
// Matrices of activations have rows of `ld` elements, the columns beyond `units` being padding.
#pragma once

#include "inputs.hpp"
#include "measures.hpp"
#include "stages.hpp"

namespace chainrule::CHAINRULE_ISA {

// Losses are added up in blocks of so many rows: the same sum whichever thread has which block.
constexpr std::int64_t kBlockRows = 16;

// Kernels are transposed whole, once a step, while they take no more than this together; the others
// a panel at a time, where it is read (gradient.hpp).
constexpr std::int64_t kTransposedBytes = 1 << 18;
constexpr std::int64_t kLargeDelta = 1 << 17;  // bytes

// Multiplications of a forward pass, for one row.
inline std::int64_t work_of(const Program& program) {
  std::int64_t work = 0;
  for (int i = 0; i < program.n_stages; ++i) {
    const Stage& stage = program.stages[i];
    work += stage.kind == Kind::dense ? stage.inputs * stage.units : 8 * stage.units;
  }
  return work;
}

template <class T>
class Network {
 public:
  static constexpr int L = kLanes<T>;

  Network() = default;

  // Room for `rows` rows at a time among so many threads, and for gradients and slots if asked.
  // False: out of memory.
  bool prepare(const Program& program, std::int64_t rows, int threads, bool gradients, bool slots) {
    program_ = program;
    work_ = work_of(program);
    with_row(program.loss, Losses(), [&]<class F>(Type<F>) {
      with_row(program.stages[program.n_stages - 1].activation, Activations(),
               [&]<class G>(Type<G>) {
                 loss_activates_ = program.on_logits && std::is_same_v<typename F::Activates, G>;
               });
    });
    lay_out(rows, threads, gradients, slots);
    if (!index_.allocate() || !arena_.allocate()) return false;
    for (int s = 0; slots && s < n_slots(); ++s) {
      if (!slots_[s].allocate()) return false;
    }
    lay_out(rows, threads, gradients, slots);
    return true;
  }

  const Program& program() const { return program_; }
  int depth() const { return program_.n_stages; }
  Layer<T>& layer(int i) { return layers_[i]; }
  Layer<T>& last() { return layers_[depth() - 1]; }
  Parameters<T>& parameters(int i) { return parameters_[i]; }
  std::int64_t inputs() const { return inputs_.columns(); }
  std::int64_t work() const { return work_; }
  int n_slots() const { return program_.n_slots + (program_.ema_momentum >= 0 ? 1 : 0); }
  T* targets() { return Y_; }
  const T* zeros() const { return zeros_; }  // as many as the widest layer has columns
  std::int64_t ld_targets() const { return round_up(program_.targets, L); }

  // Parameters, gradients and slots from and to their form without padding.
  void read(const T* theta) {
    for_each_part([&](const Parameters<T>& p, std::int64_t at, std::int64_t from, std::int64_t n) {
      copy(theta + from, p.w + at, n);
    });
  }
  void write(T* theta) {
    for_each_part([&](const Parameters<T>& p, std::int64_t at, std::int64_t from, std::int64_t n) {
      copy(p.w + at, theta + from, n);
    });
  }
  void write_gradient(T* gradient) {
    for_each_part([&](const Parameters<T>& p, std::int64_t at, std::int64_t from, std::int64_t n) {
      if (p.g) {
        copy(p.g + at, gradient + from, n);
      } else {
        std::memset(gradient + from, 0, n * sizeof(T));
      }
    });
  }
  void read_slot(int slot, const T* values) {
    for_each_part([&](const Parameters<T>& p, std::int64_t at, std::int64_t from, std::int64_t n) {
      if (p.s[slot]) copy(values + from, p.s[slot] + at, n);
    });
  }
  // The end of a run, which never holds anything twice: finish() lets go of all but the slots, and
  // give_slot() of one of those.
  void finish(T* theta) {
    write(theta);
    arena_.release();
  }
  void give_slot(int slot, T* values) {
    for_each_part([&](const Parameters<T>& p, std::int64_t at, std::int64_t from, std::int64_t n) {
      if (p.s[slot]) copy(p.s[slot] + at, values + from, n);
    });
    slots_[slot].release();
  }

  // Where the rows of a panel will be that are first, first + 1, ... of the order (or of the data).
  Rows<T> rows_of(const T* X, const std::int64_t* order, std::int64_t first) const {
    return inputs_.rows_of(X, order, first);
  }

  // Gets rows from .. to of such a panel ready, with their targets and weights.
  void gather(const Data<T>& data, const std::int64_t* order, std::int64_t first, std::int64_t from,
              std::int64_t to) {
    inputs_.gather(data.X, order, first, from, to);
    for (std::int64_t r = from; data.Y && r < to; ++r) {
      const std::int64_t row = order ? order[first + r] : first + r;
      copy(data.Y + row * program_.targets, Y_ + r * ld_targets(), program_.targets);
      weights_[r] = data.weight ? data.weight[row] : T(1);
    }
  }

  // `before_loss`: loss() follows, so that what it computes on the way is left to it.
  void forward(const Rows<T>& X, std::int64_t from, std::int64_t to, const Mode& mode,
               bool before_loss) {
    Matrix<T> below = {X.at, X.distance};
    for (int i = 0; i < depth(); ++i) {
      Layer<T>& l = layers_[i];
      const std::int64_t at = from * l.ld, n = (to - from) * l.ld;
      const T* const b = l.b() ? l.b() : zeros_;
      switch (l.stage->kind) {
        case Kind::dense:
          if (i == 0) {
            inputs_.forward(l, X, b, from, to);
          } else {
            dense_forward<T>(l, {below.at + from * below.row, below.row}, b, from, to - from);
          }
          break;
        case Kind::activation:
          copy(below.at + at, l.Z + at, n);
          break;
        case Kind::prelu:
          prelu_forward(l, below.at, from, to);
          break;
        case Kind::dropout:
          if (mode.training) {
            dropout_forward(l, below.at, from, to, mode);
          } else {
            copy(below.at + at, l.Z + at, n);
          }
          break;
        case Kind::gaussian_noise:
          gaussian_noise_forward(l, below.at, from, to, mode);
          break;
        case Kind::batch_norm:
          batch_norm_forward(l, below.at, to, mode);
          break;
        case Kind::layer_norm:
          layer_norm_forward(l, below.at, to);
          break;
        case Kind::rescaling:
          rescaling_forward(l, below.at, from, to);
          break;
      }
      if (i < depth() - 1 || !before_loss || !loss_activates_) activate(l, from, to);
      below = {l.A, l.ld};
    }
  }

  // The loss and the measures of rows from .. to, by blocks; from is a multiple of kBlockRows. With
  // Delta also D = dL/dZ of the last layer, `scale` weighing all samples.
  template <bool Delta>
  void loss(const std::int64_t first, std::int64_t to, T scale) {
    for (std::int64_t from = first; from < to; from += kBlockRows) {
      const std::int64_t end = to - from < kBlockRows ? to : from + kBlockRows;
      const std::int64_t block = from / kBlockRows;
      Vec<T> total = {};
      for_loss([&]<class F>(Type<F>) {
        loss_of_rows<F, Delta>(from, end - from, Y_ + from * ld_targets(), scale, total);
      });
      block_loss_[block] = static_cast<double>(sum_of_lanes<T>(total));
      double* sums = block_measures_ + block * program_.n_measures;
      for (int m = 0; m < program_.n_measures; ++m) sums[m] = 0;
      measure(from, end - from, Y_ + from * ld_targets(), sums);
    }
    if (Delta && !program_.on_logits) pull_back(last(), first, to);
  }

  // The outputs of rows from .. to of the panel, to their place in those of all rows, from row
  // `first` on; after loss(), which may compute them.
  void write_outputs(std::int64_t from, std::int64_t to, T* outputs, std::int64_t first) const {
    const Layer<T>& l = layers_[depth() - 1];
    for (std::int64_t r = from; r < to; ++r) {
      copy(l.A + r * l.ld, outputs + (first + r) * l.units, l.units);
    }
  }

  // Adds what loss() left of a panel of `rows` rows; measures may be null.
  void add_up(std::int64_t rows, double* total, double* measures) const {
    for (std::int64_t block = 0; block * kBlockRows < rows; ++block) {
      *total += block_loss_[block];
      for (int m = 0; measures && m < program_.n_measures; ++m) {
        measures[m] += block_measures_[block * program_.n_measures + m];
      }
    }
  }

  // The same for the one row of training one sample at a time, whose loss goes to lanes of total.
  void loss_of_sample(const T* y, Vec<T>& total, double* measures) {
    for_loss([&]<class F>(Type<F>) { loss_of_rows<F, true>(0, 1, y, T(1), total); });
    if (program_.n_measures > 0) measure(0, 1, y, measures);
    if (!program_.on_logits) pull_back(last(), 0, 1);
  }

  // What is below layer i: the inputs X of the panel, or the activations of the layer before.
  Rows<T> below(int i, const Rows<T>& X) const {
    return i > 0 ? Rows<T>{layers_[i - 1].A, layers_[i - 1].ld} : X;
  }

 private:
  template <class Use>
  void for_loss(Use&& use) {
    with_row(program_.loss, Losses(), use);
  }

  // The loss of rows first, first + 1, ... with targets y (rows, ld_targets).
  template <class F, bool Delta>
  void loss_of_rows(std::int64_t first, std::int64_t rows, const T* y, T scale, Vec<T>& total) {
    const Layer<T>& l = last();
    const std::int64_t at = first * l.ld;
    const T* const a = (program_.on_logits ? l.Z : l.A) + at;
    T* const d = l.D + at;
    T* const activation = loss_activates_ ? l.A + at : d;
    if constexpr (requires(LossRows<T> all) { F::template rows<Delta>(all, total); }) {
      F::template rows<Delta>(LossRows<T>{a, y, d, activation, weights_ + first, scale, rows,
                                          l.units, l.ld, ld_targets()},
                              total);
    } else {
      const T p[2] = {static_cast<T>(program_.loss_parameters[0]),
                      static_cast<T>(program_.loss_parameters[1])};
      for (std::int64_t r = 0; r < rows; ++r) {
        const T weight = weights_[first + r];
        F::template row<Delta>(a + r * l.ld, y + r * ld_targets(), d + r * l.ld,
                               activation + r * l.ld, l.units, p, {weight, weight * scale}, total);
      }
    }
  }

  // Adds each measure of rows first, first + 1, ... with targets y (rows, ld_targets) to sums.
  void measure(std::int64_t first, std::int64_t rows, const T* y, double* sums) {
    const Layer<T>& l = last();
    const MeasuredRows<T> all = {l.A + first * l.ld, y, rows, l.units, l.ld, ld_targets()};
    add_measures(program_.measures, program_.n_measures, all, sums);
  }

  void lay_out(std::int64_t rows, int threads, bool gradients, bool slots) {
    layers_ = index_.template take<Layer<T>>(depth());
    parameters_ = index_.template take<Parameters<T>>(program_.n_blocks);
    std::int64_t widest = 0;
    for (int i = 0; i < program_.n_blocks; ++i) {
      const Block& block = program_.blocks[i];
      Parameters<T> p = {};
      p.block = &block;
      p.ld = round_up(block.columns, L);
      const std::int64_t n = p.size();
      p.w = arena_.template take<T>(n);
      for (int s = 0; s < program_.n_stages; ++s) {
        const Stage& stage = program_.stages[s];
        p.is_kernel = p.is_kernel || (stage.kind == Kind::dense && stage.first_block == i);
      }
      if (block.trainable && (gradients || (slots && !p.is_kernel))) {
        p.g = arena_.template take<T>(n);
      }
      for (int s = 0; slots && block.trainable && s < n_slots(); ++s) {
        p.s[s] = slots_[s].template take<T>(n);
      }
      if (parameters_) parameters_[i] = p;
    }
    const bool trains = gradients || slots;
    constexpr std::int64_t size = sizeof(T);
    std::int64_t left = kTransposedBytes;
    Layer<T> below = {};
    for (int i = 0; i < depth(); ++i) {
      const Stage& stage = program_.stages[i];
      Layer<T> l = {};
      l.stage = &stage;
      l.inputs = stage.inputs;
      l.units = stage.units;
      l.width = round_up(stage.units, L);
      l.ld = row_distance<T>(stage.units);
      l.own = parameters_ ? parameters_ + stage.first_block : nullptr;
      const bool dense = stage.kind == Kind::dense, is_last = i == depth() - 1;
      if (i == 0) inputs_.lay_out(arena_, l, rows, threads);
      l.A = arena_.template take<T>(rows * l.ld);
      // The loss reads both of the last layer, and has its D as a place to work in.
      l.Z = is_last || !is_from_A(stage) ? arena_.template take<T>(rows * l.ld) : l.A;
      const std::int64_t n = l.units * round_up(l.inputs, L);
      const bool fits = n * size <= left;
      // Below a kernel in parts D takes the place of A: a large D is reason enough.
      const bool in_parts = !fits || (rows <= kPanelRows && rows * below.ld * size >= kLargeDelta);
      const bool whole =
          trains && dense && i > 0 && (!in_parts || is_row_wise(program_.stages[i - 1]));
      if (whole) {
        l.W_transposed = arena_.template take<T>(n);
        if (fits) left -= n * size;
      }
      if (trains && i > 0) {
        const bool in_place = dense && !whole && rows <= kPanelRows;
        below.D = in_place ? below.A : arena_.template take<T>(rows * below.ld);
        if (layers_) layers_[i - 1] = below;
      }
      if (is_last) l.D = arena_.template take<T>(rows * l.ld);
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
      if (l.ld > widest) widest = l.ld;
      if (layers_) layers_[i] = l;
      below = l;
    }
    zeros_ = arena_.template take<T>(widest);
    Y_ = arena_.template take<T>(rows * ld_targets());
    weights_ = arena_.template take<T>(rows + L);  // read by whole vectors
    for (std::int64_t r = 0; weights_ && r < rows; ++r) weights_[r] = T(1);
    const std::int64_t blocks = (rows + kBlockRows - 1) / kBlockRows;
    block_loss_ = arena_.template take<double>(blocks);
    block_measures_ = arena_.template take<double>(blocks * program_.n_measures);
  }

  // Calls use(parameters, where in w, where in theta, how many) for all that theta holds.
  template <class Use>
  void for_each_part(Use&& use) {
    for (int i = 0; i < program_.n_blocks; ++i) {
      const Parameters<T>& p = parameters_[i];
      for_each_piece(p.block->rows, p.block->columns, p.ld, kPanel<T>,
                     [&](std::int64_t at, std::int64_t from, std::int64_t n) {
                       use(p, at, p.block->start + from, n);
                     });
    }
  }

  Program program_ = {};
  Arena index_, arena_, slots_[kMostSlots + 1];
  Layer<T>* layers_ = nullptr;
  Parameters<T>* parameters_ = nullptr;
  Inputs<T> inputs_;
  T *Y_ = nullptr, *weights_ = nullptr, *zeros_ = nullptr;
  double *block_loss_ = nullptr, *block_measures_ = nullptr;
  std::int64_t work_ = 0;
  bool loss_activates_ = false;
};

}  // namespace chainrule::CHAINRULE_ISA
