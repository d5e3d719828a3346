// The entry points of one instruction set. Compiled once for each, with CHAINRULE_ISA its name.
#include "train.hpp"

namespace chainrule::CHAINRULE_ISA {
namespace {

bool is_mean(const Program& program) {
  bool mean = false;
  with_row(program.loss, Losses(), [&]<class F>(F) { mean = F::kMean; });
  return mean;
}

template <class T>
Status forward(const Program& program, const T* theta, const T* X, std::int64_t n, T* A,
               Watch watch) {
  Network<T> network;
  if (!network.prepare(program, panel_rows(n), false)) return Status::no_memory;
  network.read(theta);
  Patience patience(watch);
  const Layer<T>& last = network.last();
  for (std::int64_t first = 0; first < n; first += kPanelRows) {
    const std::int64_t rows = panel_rows(n - first);
    network.forward({X + first * network.inputs(), network.inputs()}, rows);
    for (std::int64_t r = 0; r < rows; ++r) {
      std::memcpy(A + (first + r) * last.units, last.A + r * last.ld, last.units * sizeof(T));
    }
    if (patience.ends_after(rows * network.n_weights())) return Status::interrupted;
  }
  return Status::done;
}

template <class T>
Status evaluate(const Program& program, const T* theta, Data<T> data, double* loss, Watch watch) {
  Network<T> network;
  if (!network.prepare(program, panel_rows(data.rows), false)) return Status::no_memory;
  network.read(theta);
  Patience patience(watch);
  return evaluate_with(network, is_mean(program), data, loss, patience);
}

template <class T>
Status value_and_gradient(const Program& program, const T* theta, Data<T> data, double* loss,
                          T* gradient, Watch watch) {
  Network<T> network;
  if (!network.prepare(program, panel_rows(data.rows), true)) return Status::no_memory;
  network.read(theta);
  Patience patience(watch);
  const bool mean = is_mean(program);
  const T scale = mean ? T(1) / static_cast<T>(data.rows) : T(1);
  double total = 0;
  const Status status =
      add_gradient<T>(network, data, nullptr, 0, data.rows, scale, &total, patience);
  if (status != Status::done) return status;
  *loss = mean ? total / static_cast<double>(data.rows) : total;
  network.write_gradient(gradient);
  return status;
}

template <class T>
Status train(const Program& program, Training<T> job, Watch watch) {
  Network<T> network;
  const std::int64_t batch = job.batch_size < job.data.rows ? job.batch_size : job.data.rows;
  const std::int64_t rows = batch < job.validation.rows ? job.validation.rows : batch;
  if (!network.prepare(program, panel_rows(rows), batch > kPanelRows)) return Status::no_memory;
  network.read(job.theta);
  Patience patience(watch);
  Status status = Status::done;
  with_row(program.optimizer, Optimizers(), [&]<class Optimizer>(Optimizer) {
    status = Trainer<T, Optimizer>(network, program, job, is_mean(program), patience).run();
  });
  network.write(job.theta);  // also when interrupted: what was learnt so far
  return status;
}

template <class... Rows>
Names names_of(List<Rows...>) {
  static const char* const names[] = {Rows::kName...};
  return {names, static_cast<int>(sizeof...(Rows))};
}

#define CHAINRULE_TEXT_OF(x) #x
#define CHAINRULE_TEXT(x) CHAINRULE_TEXT_OF(x)

const Kernels kKernels = {
    CHAINRULE_TEXT(CHAINRULE_ISA),
    {forward<float>, evaluate<float>, value_and_gradient<float>, train<float>},
    {forward<double>, evaluate<double>, value_and_gradient<double>, train<double>},
    names_of(Activations()),
    names_of(Losses()),
    names_of(Optimizers()),
};

}  // namespace

const Kernels& kernels() { return kKernels; }

}  // namespace chainrule::CHAINRULE_ISA
