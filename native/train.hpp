// The training loop: epochs, batches, and after each epoch the validation loss.
#pragma once

#include "row.hpp"
#include "step.hpp"

namespace chainrule::CHAINRULE_ISA {

// Looks after the caller's wish to stop once in a while, counted in multiplications.
class Patience {
 public:
  explicit Patience(Watch watch) : watch_(watch) {}
  bool ends_after(std::int64_t work) {
    work_ += work;
    if (work_ < kWorkBetweenLooks) return false;
    work_ = 0;
    return watch_.interrupted(watch_.context);
  }

 private:
  static constexpr std::int64_t kWorkBetweenLooks = 1 << 21;  // well under 10 ms on any machine
  Watch watch_;
  std::int64_t work_ = 0;
};

inline std::int64_t lesser(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

inline void divide(double* values, int n, std::int64_t by) {
  for (int i = 0; i < n; ++i) values[i] /= static_cast<double>(by);
}

// The loss over the data, and the measures if there is room for them.
template <class T>
inline Status evaluate_with(Network<T>& network, bool mean, Data<T> data, double* loss,
                            double* measures, Patience& patience) {
  const int n_measures = measures ? network.program().n_measures : 0;
  for (int m = 0; m < n_measures; ++m) measures[m] = 0;
  double total = 0;
  for (std::int64_t first = 0; first < data.rows; first += kPanelRows) {
    const std::int64_t rows = lesser(data.rows - first, kPanelRows);
    network.forward(network.gather(data.X, nullptr, first, rows), rows, Mode());
    network.set_targets(data, nullptr, first, rows);
    total += network.template loss<false>(rows);
    if (measures) network.measure(rows, network.targets(), measures);
    if (patience.ends_after(rows * network.work())) return Status::interrupted;
  }
  divide(measures, n_measures, data.rows);
  *loss = (mean ? total / static_cast<double>(data.rows) : total) + penalty(network);
  return Status::done;
}

// Adds the gradient over rows first .. first + rows of the order, `panel` rows at a time, and the
// loss over them to *total.
template <class T>
inline Status add_gradient(Network<T>& network, Data<T> data, const std::int64_t* order,
                           std::int64_t first, std::int64_t rows, std::int64_t panel, T scale,
                           Mode mode, double* total, double* measures, Patience& patience) {
  for (std::int64_t done = 0; done < rows; done += panel) {
    const std::int64_t n = lesser(rows - done, panel);
    mode.first_row = done;
    const Matrix<T> X = network.gather(data.X, order, first + done, n);
    network.set_targets(data, order, first + done, n);
    network.forward(X, n, mode);
    *total += network.template loss<true>(n, scale);
    if (measures) network.measure(n, network.targets(), measures);
    network.template backward<false>(X, n, mode, T(0));
    if (patience.ends_after(3 * n * network.work())) return Status::interrupted;
  }
  return Status::done;
}

template <class T>
class Trainer {
 public:
  Trainer(Network<T>& network, const Training<T>& job, bool mean, std::int64_t panel,
          Patience& patience)
      : network_(network), job_(job), mean_(mean), panel_(panel), patience_(patience) {}

  Status run() {
    const bool by_row = job_.batch_size == 1 && can_go_by_row();
    for (std::int64_t epoch = 0; epoch < job_.epochs; ++epoch) {
      const std::int64_t* order = job_.order ? job_.order + epoch * job_.samples : nullptr;
      double total = 0;
      const int n_measures = network_.program().n_measures;
      measures_ = job_.measures + epoch * n_measures;
      for (int m = 0; m < n_measures; ++m) measures_[m] = 0;
      const Status status = by_row ? epoch_by_row(order, &total) : epoch_in_batches(order, &total);
      if (status != Status::done) return status;
      divide(measures_, n_measures, job_.samples);
      job_.loss[epoch] = mean_ ? total / static_cast<double>(job_.samples) : total;
      if (job_.validation.rows > 0) {
        double* loss = job_.validation_loss + epoch;
        const Status ended =
            evaluate_with(network_, mean_, job_.validation, loss,
                          job_.validation_measures + epoch * n_measures, patience_);
        if (ended != Status::done) return ended;
      }
      *job_.epochs_done = epoch + 1;
      if (patience_.ends_after(1)) return Status::interrupted;
    }
    return Status::done;
  }

 private:
  Status epoch_in_batches(const std::int64_t* order, double* total) {
    for (std::int64_t first = 0; first < job_.samples; first += job_.batch_size) {
      const std::int64_t rows = lesser(job_.samples - first, job_.batch_size);
      const T scale = mean_ ? T(1) / static_cast<T>(rows) : T(1);
      const double rate = rate_of_step();
      const std::int64_t step = job_.first_step + *job_.steps_done + 1;
      const Mode mode = {true, job_.key, step};
      if (network_.program().plain && rows <= panel_) {
        step_on_panel(order, first, rows, scale, static_cast<T>(rate), mode, total);
        if (patience_.ends_after(3 * rows * network_.work())) return Status::interrupted;
      } else {
        const double before = penalty(network_);
        const Status status = add_gradient(network_, job_.data, order, first, rows, panel_, scale,
                                           mode, total, measures_, patience_);
        if (status != Status::done) return status;
        *total += mean_ ? before * static_cast<double>(rows) : before;
        make_step(network_, rate, step);
        average_statistics(mode);
      }
      ++*job_.steps_done;
    }
    return Status::done;
  }

  double rate_of_step() const { return job_.rates[job_.one_rate ? 0 : *job_.steps_done]; }

  // A batch of one panel: the step is the epilogue of the product that gives the gradient.
  void step_on_panel(const std::int64_t* order, std::int64_t first, std::int64_t rows, T scale,
                     T rate, const Mode& mode, double* total) {
    const Matrix<T> X = network_.gather(job_.data.X, order, first, rows);
    network_.set_targets(job_.data, order, first, rows);
    network_.forward(X, rows, mode);
    *total += network_.template loss<true>(rows, scale);
    network_.measure(rows, network_.targets(), measures_);
    network_.template backward<true>(X, rows, mode, rate);
  }

  void average_statistics(const Mode& mode) {
    for (int i = 0; i < network_.depth(); ++i) {
      const Layer<T>& l = network_.layer(i);
      if (l.stage->kind == Kind::batch_norm && uses_batch(l, mode)) batch_norm_averages(l);
    }
  }

  bool can_go_by_row() {
    bool can = network_.program().plain && !job_.data.weight &&
               network_.ld_targets() == network_.last().ld;
    for (int i = 0; i < network_.depth(); ++i) {
      const Stage& stage = *network_.layer(i).stage;
      can = can && stage.kind == Kind::dense;
      with_row(stage.activation, Activations(),
               [&]<class F>(Type<F>) { can = can && !F::kRowWise; });
    }
    return can;
  }

  Status epoch_by_row(const std::int64_t* order, double* total) {
    const T* x_before = nullptr;
    Vec<T> loss = {};
    Status status = Status::done;
    T rate = 0;  // of the step that is put off
    for (std::int64_t i = 0; i < job_.samples; ++i) {
      const std::int64_t row = order ? order[i] : i;
      const T* x = job_.data.X + row * network_.inputs();
      forward_row(x, x_before, rate);
      const T* y = targets(row);
      network_.template loss<true>(1, y, T(1), loss);
      network_.measure(1, y, measures_);
      backward_row();
      x_before = x;
      rate = static_cast<T>(rate_of_step());
      ++*job_.steps_done;
      if ((i + 1) % kPanelRows == 0) add_lanes(&loss, total);
      if (patience_.ends_after(3 * network_.work())) {
        status = Status::interrupted;
        break;
      }
    }
    add_lanes(&loss, total);
    if (x_before) forward_row(x_before, x_before, rate);  // makes the step that is still put off
    return status;
  }

  static void add_lanes(Vec<T>* loss, double* total) {
    *total += static_cast<double>(sum_of_lanes<T>(*loss));
    *loss = Vec<T>{};
  }

  // The targets of a sample, for reading whole vectors: in place unless that passes the end of Y.
  const T* targets(std::int64_t row) {
    const std::int64_t columns = network_.program().targets, n = job_.data.rows * columns;
    const T* y = job_.data.Y + row * columns;
    if (row * columns + network_.ld_targets() <= n) return y;
    copy(y, network_.targets(), columns);
    return network_.targets();
  }

  // Forward of x, after the step of the sample before (null: there is none to make).
  void forward_row(const T* x, const T* x_before, T rate) {
    constexpr int L = kLanes<T>;
    const T* input = x;
    const T* input_before = x_before;
    for (int i = 0; i < network_.depth(); ++i) {
      Layer<T>& l = network_.layer(i);
      T* const b = l.b();
      for (std::int64_t c = 0; x_before && b && c < l.ld; c += L) {
        store(b + c, load(b + c) - rate * load(l.D + c));
      }
      const T* from = b ? b : network_.zeros();
      in_blocks<kRegisters == 32 ? 5 : 4>(l.ld / L, [&](auto vectors, std::int64_t first) {
        const std::int64_t c = first * L;
        if (x_before) {
          update_and_forward<true, vectors.value>(l.inputs, input, input_before, rate, l.D + c,
                                                  l.W() + c, l.ld, from + c, l.Z + c);
        } else {
          update_and_forward<false, vectors.value>(l.inputs, input, input, rate, l.D + c, l.W() + c,
                                                   l.ld, from + c, l.Z + c);
        }
      });
      for (std::int64_t c = 0; c < l.ld; c += L) store(l.A_before + c, load(l.A + c));
      activate(l, 1);
      input = l.A;
      input_before = l.A_before;
    }
  }

  // D of the layers below the last, from the weights as they are; the step itself is put off.
  void backward_row() {
    constexpr int L = kLanes<T>;
    for (int i = network_.depth() - 1; i > 0; --i) {
      const Layer<T>& l = network_.layer(i);
      Layer<T>& below = network_.layer(i - 1);
      const T alpha = static_cast<T>(below.stage->alpha);
      with_row(below.stage->activation, Activations(), [&]<class F>(Type<F>) {
        if constexpr (!F::kRowWise) {  // can_go_by_row() saw to that
          for (std::int64_t c = 0; c < below.ld; c += L) {
            const Vec<T> dA = rows_times<T>(l.W() + c * l.ld, l.ld, l.D, l.ld / L);
            const Vec<T> z = load(below.Z + c), a = load(below.A + c);
            const Vec<T> d = dA * F::template derivative<T>(z, a, alpha);
            store(below.D + c, first_lanes<T>(d, below.units - c));
          }
        }
      });
    }
  }

  Network<T>& network_;
  const Training<T>& job_;
  bool mean_;
  std::int64_t panel_;
  Patience& patience_;
  double* measures_ = nullptr;  // of this epoch
};

}  // namespace chainrule::CHAINRULE_ISA
