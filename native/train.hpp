// The training loop: epochs, batches, and after each epoch the validation loss.
#pragma once

#include "network.hpp"
#include "row.hpp"

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

inline std::int64_t panel_rows(std::int64_t rows) { return rows < kPanelRows ? rows : kPanelRows; }

template <class T>
inline Status evaluate_with(Network<T>& network, bool mean, Data<T> data, double* loss,
                            Patience& patience) {
  double total = 0;
  for (std::int64_t first = 0; first < data.rows; first += kPanelRows) {
    const std::int64_t rows = panel_rows(data.rows - first);
    network.forward({data.X + first * network.inputs(), network.inputs()}, rows);
    network.set_targets(data.Y, nullptr, first, rows);
    total += network.template loss<false>(rows);
    if (patience.ends_after(rows * network.n_weights())) return Status::interrupted;
  }
  *loss = mean ? total / static_cast<double>(data.rows) : total;
  return Status::done;
}

// Adds the gradient over rows first .. first + rows of the order, a panel at a time.
template <class T>
inline Status add_gradient(Network<T>& network, Data<T> data, const std::int64_t* order,
                           std::int64_t first, std::int64_t rows, T scale, double* total,
                           Patience& patience) {
  for (std::int64_t done = 0; done < rows; done += kPanelRows) {
    const std::int64_t n = panel_rows(rows - done);
    const Matrix<T> X = gather(network, data, order, first + done, n);
    network.forward(X, n);
    *total += network.template loss<true>(n, scale);
    network.backward(
        X, n,
        [](Layer<T>& l, std::int64_t at, Vec<T> sum) { store(l.dW + at, load(l.dW + at) + sum); },
        [](Layer<T>& l, std::int64_t at, Vec<T> sum) { store(l.db + at, load(l.db + at) + sum); });
    if (patience.ends_after(3 * n * network.n_weights())) return Status::interrupted;
  }
  return Status::done;
}

// The rows of a panel, side by side: where they lie when they are in order, else copied together.
template <class T>
inline Matrix<T> gather(Network<T>& network, Data<T> data, const std::int64_t* order,
                        std::int64_t first, std::int64_t rows) {
  const std::int64_t D = network.inputs();
  network.set_targets(data.Y, order, first, rows);
  if (!order) return {data.X + first * D, D};
  for (std::int64_t r = 0; r < rows; ++r) {
    std::memcpy(network.gathered() + r * D, data.X + order[first + r] * D, D * sizeof(T));
  }
  return {network.gathered(), D};
}

template <class T, class Optimizer>
class Trainer {
 public:
  Trainer(Network<T>& network, const Program& program, const Training<T>& job, bool mean,
          Patience& patience)
      : network_(network),
        job_(job),
        mean_(mean),
        learning_rate_(static_cast<T>(program.learning_rate)),
        patience_(patience) {}

  Status run() {
    for (std::int64_t epoch = 0; epoch < job_.epochs; ++epoch) {
      const std::int64_t* order = job_.order ? job_.order + epoch * job_.data.rows : nullptr;
      double total = 0;
      const bool by_row = Optimizer::kProportional && job_.batch_size == 1;
      const Status status = by_row ? epoch_by_row(order, &total) : epoch_in_batches(order, &total);
      if (status != Status::done) return status;
      job_.loss[epoch] = mean_ ? total / static_cast<double>(job_.data.rows) : total;
      if (job_.validation.rows > 0) {
        double* loss = job_.validation_loss + epoch;
        if (evaluate_with(network_, mean_, job_.validation, loss, patience_) != Status::done) {
          return Status::interrupted;
        }
      }
      *job_.epochs_done = epoch + 1;
      if (patience_.ends_after(1)) return Status::interrupted;
    }
    return Status::done;
  }

 private:
  Status epoch_in_batches(const std::int64_t* order, double* total) {
    for (std::int64_t first = 0; first < job_.data.rows; first += job_.batch_size) {
      const std::int64_t left = job_.data.rows - first;
      const std::int64_t rows = left < job_.batch_size ? left : job_.batch_size;
      const T scale = mean_ ? T(1) / static_cast<T>(rows) : T(1);
      if (rows <= kPanelRows) {
        step_on_panel(order, first, rows, scale, total);
        if (patience_.ends_after(3 * rows * network_.n_weights())) return Status::interrupted;
      } else {
        const Status status =
            add_gradient(network_, job_.data, order, first, rows, scale, total, patience_);
        if (status != Status::done) return status;
        step_from_gradient();
      }
      ++*job_.steps_done;
    }
    return Status::done;
  }

  // A batch of one panel: the optimiser is the epilogue of the product that gives the gradient.
  void step_on_panel(const std::int64_t* order, std::int64_t first, std::int64_t rows, T scale,
                     double* total) {
    const Matrix<T> X = gather(network_, job_.data, order, first, rows);
    network_.forward(X, rows);
    *total += network_.template loss<true>(rows, scale);
    const T rate = learning_rate_;
    network_.backward(
        X, rows,
        [rate](Layer<T>& l, std::int64_t at, Vec<T> sum) {
          store(l.W + at, Optimizer::template step<T>(load(l.W + at), sum, rate));
        },
        [rate](Layer<T>& l, std::int64_t at, Vec<T> sum) {
          store(l.b + at, Optimizer::template step<T>(load(l.b + at), sum, rate));
        });
  }

  void step_from_gradient() {
    network_.for_each_block([&](T* w, T* gradient, std::int64_t n) {
      for (std::int64_t k = 0; k < n; k += kLanes<T>) {
        store(w + k, Optimizer::template step<T>(load(w + k), load(gradient + k), learning_rate_));
        store(gradient + k, Vec<T>{});
      }
    });
  }

  Status epoch_by_row(const std::int64_t* order, double* total) {
    const T* x_before = nullptr;
    Vec<T> loss = {};
    Status status = Status::done;
    for (std::int64_t i = 0; i < job_.data.rows; ++i) {
      const std::int64_t row = order ? order[i] : i;
      const T* x = job_.data.X + row * network_.inputs();
      forward_row(x, x_before);
      network_.template loss<true>(1, targets(row), T(1), loss);
      backward_row();
      x_before = x;
      ++*job_.steps_done;
      if ((i + 1) % kPanelRows == 0) add_lanes(&loss, total);
      if (patience_.ends_after(3 * network_.n_weights())) {
        status = Status::interrupted;
        break;
      }
    }
    add_lanes(&loss, total);
    if (x_before) forward_row(x_before, x_before);  // makes the step that is still put off
    return status;
  }

  static void add_lanes(Vec<T>* loss, double* total) {
    *total += static_cast<double>(sum_of_lanes<T>(*loss));
    *loss = Vec<T>{};
  }

  // The targets of a sample, for reading whole vectors: in place unless that passes the end of Y.
  const T* targets(std::int64_t row) {
    const Layer<T>& l = network_.last();
    if (row * l.units + l.ld <= job_.data.rows * l.units) return job_.data.Y + row * l.units;
    network_.set_targets(job_.data.Y + row * l.units, nullptr, 0, 1);
    return network_.targets();
  }

  // Forward of x, after the step of the sample before (null: there is none to make).
  void forward_row(const T* x, const T* x_before) {
    constexpr int L = kLanes<T>;
    const T* input = x;
    const T* input_before = x_before;
    for (int i = 0; i < network_.depth(); ++i) {
      Layer<T>& l = network_.layer(i);
      if (x_before && l.use_bias) {
        for (std::int64_t c = 0; c < l.ld; c += L) {
          store(l.b + c, Optimizer::template step<T>(load(l.b + c), load(l.D + c), learning_rate_));
        }
      }
      in_blocks<kRegisters == 32 ? 5 : 4>(l.ld / L, [&](auto vectors, std::int64_t first) {
        const std::int64_t c = first * L;
        if (x_before) {
          update_and_forward<true, vectors.value>(l.inputs, input, input_before, learning_rate_,
                                                  l.D + c, l.W + c, l.ld, l.b + c, l.Z + c);
        } else {
          update_and_forward<false, vectors.value>(l.inputs, input, input, learning_rate_, l.D + c,
                                                   l.W + c, l.ld, l.b + c, l.Z + c);
        }
      });
      with_row(l.activation, Activations(), [&]<class F>(F) {
        for (std::int64_t c = 0; c < l.ld; c += L) {
          store(l.A_before + c, load(l.A + c));
          store(l.A + c, F::template value<T>(load(l.Z + c)));
        }
      });
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
      with_row(below.activation, Activations(), [&]<class F>(F) {
        for (std::int64_t c = 0; c < below.ld; c += L) {
          const Vec<T> dA = rows_times<T>(l.W + c * l.ld, l.ld, l.D, l.ld / L);
          const Vec<T> slope = F::template derivative<T>(load(below.Z + c), load(below.A + c));
          store(below.D + c, first_lanes<T>(dA * slope, below.units - c));
        }
      });
    }
  }

  Network<T>& network_;
  const Training<T>& job_;
  bool mean_;
  T learning_rate_;
  Patience& patience_;
};

}  // namespace chainrule::CHAINRULE_ISA
