// Training one sample at a time: gradient descent on dense layers (row.hpp).
#pragma once

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
    can = can && stage.kind == Kind::dense;
    with_row(stage.activation, Activations(), [&]<class F>(Type<F>) { can = can && !F::kRowWise; });
  }
  return can;
}

template <class T>
class RowTrainer {
 public:
  RowTrainer(Network<T>& network, const Training<T>& job, Patience& patience)
      : network_(network), job_(job), patience_(patience) {}

  // outputs (samples, units of the last layer), or null.
  Status epoch(const std::int64_t* order, double* total, double* measures, T* outputs) {
    const Layer<T>& last = network_.last();
    Status status = Status::done;
    for (std::int64_t i = 0; i < job_.samples && status == Status::done; ++i) {
      const std::int64_t row = order ? order[i] : i;
      const T* x = job_.data.X + row * network_.inputs();
      forward(x);
      network_.loss_of_sample(targets(row), loss_, measures);
      if (outputs) copy(last.A, outputs + i * last.units, last.units);
      rate_ = static_cast<T>(rate_of_step(job_));
      backward();
      x_before_ = x;
      ++*job_.steps_done;
      if ((i + 1) % kPanelRows == 0) add_lanes(total);
      if (patience_.ends_after(3 * network_.work())) status = Status::interrupted;
    }
    add_lanes(total);
    return status;
  }

  // Makes the step that is still put off: before anybody looks at the parameters.
  void settle() {
    if (x_before_) first_product(x_before_);
    x_before_ = nullptr;
  }

 private:
  static constexpr int L = kLanes<T>;

  // Z of the first layer, whose kernel makes its step of the sample before in the same pass.
  void first_product(const T* x) {
    const Layer<T>& l = network_.layer(0);
    const T* b = l.b() ? l.b() : network_.zeros();
    if (x_before_) {
      update_and_forward<true>(l.inputs, x, x_before_, rate_, l.D, l.W(), b, l.Z);
    } else {
      update_and_forward<false>(l.inputs, x, x, rate_, l.D, l.W(), b, l.Z);
    }
  }

  void forward(const T* x) {
    first_product(x);
    activate(network_.layer(0), 0, 1);
    for (int i = 1; i < network_.depth(); ++i) {
      const Layer<T>& l = network_.layer(i);
      const T* below = network_.layer(i - 1).A;
      const T* b = l.b() ? l.b() : network_.zeros();
      update_and_forward<false>(l.inputs, below, below, rate_, l.D, l.W(), b, l.Z);
      activate(l, 0, 1);
    }
  }

  // D of the layers below the last, from the weights as they are, and the step of all parameters
  // but the first kernel.
  void backward() {
    for (int i = network_.depth() - 1; i >= 0; --i) {
      const Layer<T>& l = network_.layer(i);
      for (std::int64_t c = 0; l.b() && c < l.width; c += L) {
        store(l.b() + c, load(l.b() + c) - rate_ * load(l.D + c));
      }
      if (i == 0) return;
      Layer<T>& below = network_.layer(i - 1);
      const T alpha = static_cast<T>(below.stage->alpha);
      with_row(below.stage->activation, Activations(), [&]<class F>(Type<F>) {
        if constexpr (!F::kRowWise) {  // can_go_by_row() saw to that
          for (std::int64_t c = 0; c < below.width; c += L) {
            const Vec<T> dA = delta_and_update<T>(l.W(), c, l.inputs, below.A, l.D, rate_);
            const Vec<T> z = load(below.Z + c), a = load(below.A + c);
            const Vec<T> d = dA * F::template derivative<T>(z, a, alpha);
            store(below.D + c, first_lanes<T>(d, below.units - c));
          }
        }
      });
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
  const T* x_before_ = nullptr;  // of the sample whose first step is put off; null: none
  T rate_ = 0;                   // of that step
  Vec<T> loss_ = {};
};

}  // namespace chainrule::CHAINRULE_ISA
