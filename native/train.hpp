// The training loop: epochs, batches, and after each epoch the validation loss.
#pragma once

#include "gradient.hpp"
#include "row_trainer.hpp"

namespace chainrule::CHAINRULE_ISA {

inline void divide(double* values, int n, std::int64_t by) {
  for (int i = 0; i < n; ++i) values[i] /= static_cast<double>(by);
}

// The loss over the data, and the measures if there is room for them.
template <class T>
inline Status evaluate_with(Network<T>& network, Team& team, bool mean, Data<T> data, double* loss,
                            double* measures, Patience& patience) {
  const int n_measures = measures ? network.program().n_measures : 0;
  for (int m = 0; m < n_measures; ++m) measures[m] = 0;
  double total = 0;
  for (std::int64_t first = 0; first < data.rows; first += kPanelRows) {
    const std::int64_t rows = lesser(data.rows - first, kPanelRows);
    team.run(pieces_of_panel(network, team, rows), [&](int part, int parts) {
      const Share share(rows, kBlockRows, part, parts);
      network.gather(data, nullptr, first, share.from, share.to);
      network.forward(network.rows_of(data.X, nullptr, first), share.from, share.to, Mode(), true);
      network.template loss<false>(share.from, share.to, T(1));
    });
    network.add_up(rows, &total, measures);
    if (patience.ends_after(rows * network.work())) return Status::interrupted;
  }
  divide(measures, n_measures, data.rows);
  *loss = (mean ? total / static_cast<double>(data.rows) : total) + penalty(network);
  return Status::done;
}

template <class T>
class Trainer {
 public:
  // `panel`: the most rows at a time.
  Trainer(Network<T>& network, Team& team, const Training<T>& job, bool mean, std::int64_t panel,
          Patience& patience)
      : network_(network),
        team_(team),
        job_(job),
        mean_(mean),
        panel_(panel),
        patience_(patience) {}

  Status run() {
    const bool by_row = job_.batch_size == 1 && can_go_by_row(network_, job_.data);
    if (!by_row) return run(nullptr);
    RowTrainer<T> rows(network_, job_, patience_);
    if (!rows.prepare()) return Status::no_memory;
    const Status status = run(&rows);
    rows.settle();
    return status;
  }

 private:
  // Goes by rows if there is somebody who does.
  Status run(RowTrainer<T>* rows) {
    for (std::int64_t epoch = 0; epoch < job_.epochs; ++epoch) {
      const std::int64_t* order = job_.order ? job_.order + epoch * job_.samples : nullptr;
      double total = 0;
      const int n_measures = network_.program().n_measures;
      measures_ = job_.measures + epoch * n_measures;
      for (int m = 0; m < n_measures; ++m) measures_[m] = 0;
      T* outputs = job_.outputs;
      if (outputs) outputs += epoch * job_.samples * network_.last().units;
      const Status status = rows ? rows->epoch(order, &total, measures_, outputs)
                                 : epoch_in_batches(order, &total, outputs);
      if (status != Status::done) return status;
      divide(measures_, n_measures, job_.samples);
      job_.loss[epoch] = mean_ ? total / static_cast<double>(job_.samples) : total;
      if (job_.validation.rows > 0) {
        if (rows) rows->settle();
        double* loss = job_.validation_loss + epoch;
        const Status ended =
            evaluate_with(network_, team_, mean_, job_.validation, loss,
                          job_.validation_measures + epoch * n_measures, patience_);
        if (ended != Status::done) return ended;
      }
      *job_.epochs_done = epoch + 1;
      if (patience_.ends_after(1)) return Status::interrupted;
    }
    return Status::done;
  }

  Status epoch_in_batches(const std::int64_t* order, double* total, T* outputs) {
    const bool by_tile = !clips_norms(network_.program());
    for (std::int64_t first = 0; first < job_.samples; first += job_.batch_size) {
      const std::int64_t rows = lesser(job_.samples - first, job_.batch_size);
      const std::int64_t t = job_.first_step + *job_.steps_done + 1;
      const Step<T> step(network_.program(), rate_of_step(job_), t);
      const Mode mode = {true, job_.key, t};
      const T scale = mean_ ? T(1) / static_cast<T>(rows) : T(1);
      const double before = penalty(network_);
      const Batch<T> batch = {job_.data, order, first, rows, scale, mode, outputs};
      const Status status = gradients_of_batch<T>(
          network_, team_, batch, panel_, by_tile ? &step : nullptr, total, measures_, patience_);
      if (status != Status::done) return status;
      *total += mean_ ? before * static_cast<double>(rows) : before;
      finish_step(network_, step, by_tile);
      average_statistics(mode);
      ++*job_.steps_done;
    }
    return Status::done;
  }

  void average_statistics(const Mode& mode) {
    for (int i = 0; i < network_.depth(); ++i) {
      const Layer<T>& l = network_.layer(i);
      if (l.stage->kind == Kind::batch_norm && uses_batch(l, mode)) batch_norm_averages(l);
    }
  }

  Network<T>& network_;
  Team& team_;
  const Training<T>& job_;
  bool mean_;
  std::int64_t panel_;
  Patience& patience_;
  double* measures_ = nullptr;  // of this epoch
};

}  // namespace chainrule::CHAINRULE_ISA
