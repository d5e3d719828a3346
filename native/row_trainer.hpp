// Training one sample at a time: gradient descent on dense layers (row.hpp).
#pragma once

#include <utility>

#include "gradient.hpp"
#include "row.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
inline double rate_of_step(const Training<T>& job) {
  return job.rates[job.one_rate ? 0 : *job.steps_done];
}

template <class T>
inline bool can_go_by_row(Network<T>& network, const Data<T>& data) {
  bool can =
      network.program().plain && !data.weight && network.ld_targets() == network.last().width;
  for (int i = 0; i < network.depth(); ++i) {
    const Stage& stage = *network.layer(i).stage;
    can = can && stage.kind == Kind::dense && !is_row_wise(stage);
  }
  return can;
}

template <class T>
class RowTrainer {
 public:
  RowTrainer(Network<T>& network, const Training<T>& job, Patience& patience)
      : network_(network), job_(job), patience_(patience) {}

  // Takes the kernels over. False: out of memory.
  bool prepare() {
    lay_out();
    if (!arena_.allocate()) return false;
    lay_out();
    for (int i = 0; i < network_.depth(); ++i) kernels_[i].read(network_.layer(i).W());
    return true;
  }

  // outputs (samples, units of the last layer), or null.
  Status epoch(const std::int64_t* order, double* total, double* measures, T* outputs) {
    const Layer<T>& last = network_.last();
    Status status = Status::done;
    for (std::int64_t i = 0; i < job_.samples && status == Status::done; ++i) {
      const std::int64_t row = order ? order[i] : i;
      forward(job_.data.X + row * network_.inputs());
      network_.loss_of_sample(targets(row), loss_, measures);
      if (outputs) copy(last.A, outputs + i * last.units, last.units);
      rate_ = static_cast<T>(rate_of_step(job_));
      backward();
      ++*job_.steps_done;
      if ((i + 1) % kPanelRows == 0) add_lanes(total);
      if (patience_.ends_after(3 * network_.work())) status = Status::interrupted;
    }
    add_lanes(total);
    return status;
  }

  // Makes the step that is still put off, and writes the kernels back: before anybody looks at the
  // parameters.
  void settle() {
    if (puts_off_) first_product();
    puts_off_ = false;
    for (int i = 0; i < network_.depth(); ++i) kernels_[i].write(network_.layer(i).W());
  }

 private:
  static constexpr int L = kLanes<T>;

  void lay_out() {
    kernels_ = arena_.template take<RowKernel<T>>(network_.depth());
    for (int i = 0; i < network_.depth(); ++i) {
      RowKernel<T> kernel(network_.layer(i).inputs, network_.layer(i).units);
      kernel.lay_out(arena_);
      if (kernels_) kernels_[i] = kernel;
    }
    const std::int64_t width = round_up(network_.inputs(), L);
    x_ = arena_.template take<T>(width);
    x_before_ = arena_.template take<T>(width);
  }

  // Z of the first layer for x_, whose kernel makes its step for x_before_ in the same pass, and A.
  void first_product() {
    if (puts_off_) {
      forward_layer<true>(0, x_, x_before_);
    } else {
      forward_layer<false>(0, x_, x_);
    }
  }

  void forward(const T* x) {
    copy(x, x_, network_.inputs());
    first_product();
    for (int i = 1; i < network_.depth(); ++i) {
      const T* below = network_.layer(i - 1).A;
      forward_layer<false>(i, below, below);
    }
  }

  template <bool Update>
  void forward_layer(int i, const T* x, const T* before) {
    const Layer<T>& l = network_.layer(i);
    const T* b = l.b() ? l.b() : network_.zeros();
    if (l.width > L || kernels_[i].n_columns > 0) {
      update_and_forward<Update>(x, before, rate_, l.D, kernels_[i], b, l.Z);
      activate(l, 0, 1);
      return;
    }
    with_row(l.stage->activation, Activations(), [&]<class F>(Type<F>) {
      if constexpr (!F::kRowWise) {
        update_forward_and_activate<Update, F>(x, before, rate_, l.D, kernels_[i], b, l.Z, l.A,
                                               static_cast<T>(l.stage->alpha));
      }
    });
  }

  // D of the layers below the last, from the weights as they are, and the step of all parameters
  // but the first kernel, whose is put off.
  void backward() {
    for (int i = network_.depth() - 1; i >= 0; --i) {
      const Layer<T>& l = network_.layer(i);
      for (std::int64_t c = 0; l.b() && c < l.width; c += L) {
        store(l.b() + c, load(l.b() + c) - rate_ * load(l.D + c));
      }
      if (i == 0) break;
      with_row(network_.layer(i - 1).stage->activation, Activations(), [&]<class F>(Type<F>) {
        // can_go_by_row() saw to that
        if constexpr (!F::kRowWise) deltas_and_step<F>(kernels_[i], network_.layer(i - 1), l.D);
      });
    }
    puts_off_ = true;
    std::swap(x_, x_before_);
  }

  // D of a layer, whose activation is F, from that of the layer above and its kernel, which makes
  // its step. Kernel and layer are copies, or each store might change them.
  template <class F>
  CHAINRULE_APART void deltas_and_step(const RowKernel<T> kernel, const Layer<T> below,
                                       const T* above) {
    const T alpha = static_cast<T>(below.stage->alpha), rate = rate_;
    for (std::int64_t c = 0; c < below.width; c += L) {
      const Vec<T> dA = delta_and_update<T>(kernel, c, below.A, above, rate);
      const Vec<T> z = load(below.Z + c), a = load(below.A + c);
      const Vec<T> d = dA * derivative_of<F, T>(z, a, alpha);
      store(below.D + c, first_lanes<T>(d, below.units - c));
    }
  }

  void add_lanes(double* total) {
    *total += static_cast<double>(sum_of_lanes<T>(loss_));
    loss_ = Vec<T>{};
  }

  // The targets of a sample, for reading whole vectors: in place unless that passes the end of Y.
  const T* targets(std::int64_t row) {
    const std::int64_t columns = network_.program().targets, n = job_.data.rows * columns;
    const T* y = job_.data.Y + row * columns;
    if (row * columns + network_.ld_targets() <= n) return y;
    copy(y, network_.targets(), columns);
    return network_.targets();
  }

  Network<T>& network_;
  const Training<T>& job_;
  Patience& patience_;
  Arena arena_;
  RowKernel<T>* kernels_ = nullptr;
  T *x_ = nullptr, *x_before_ = nullptr;  // this sample and the one before, padded with zeros
  bool puts_off_ = false;                 // the first kernel's step for the sample before
  T rate_ = 0;                            // of that step
  Vec<T> loss_ = {};
};

}  // namespace chainrule::CHAINRULE_ISA
