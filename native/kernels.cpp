// The entry points of one instruction set. Compiled once for each, with CHAINRULE_ISA its name.
#include "functions.hpp"
#include "train.hpp"

namespace chainrule::CHAINRULE_ISA {
namespace {

bool is_mean(const Program& program) {
  bool mean = false;
  with_row(program.loss, Losses(), [&]<class F>(Type<F>) { mean = F::kMean; });
  return mean;
}

// The rows that go through the network at once. Batch normalisation needs the whole batch.
std::int64_t panel_of(const Program& program, std::int64_t batch) {
  for (int i = 0; i < program.n_stages; ++i) {
    const Stage& stage = program.stages[i];
    if (stage.kind == Kind::batch_norm && stage.settings[2] != 0) return batch;
  }
  return lesser(batch, kPanelRows);
}

template <class T>
Status forward(const Program& program, const T* theta, const T* X, std::int64_t n, T* A,
               Watch watch) {
  Network<T> network;
  if (!network.prepare(program, lesser(n, kPanelRows), false, false)) return Status::no_memory;
  network.read(theta);
  Patience patience(watch);
  const Layer<T>& last = network.last();
  for (std::int64_t first = 0; first < n; first += kPanelRows) {
    const std::int64_t rows = lesser(n - first, kPanelRows);
    network.forward(network.gather(X, nullptr, first, rows), rows, Mode());
    for (std::int64_t r = 0; r < rows; ++r) {
      copy(last.A + r * last.ld, A + (first + r) * last.units, last.units);
    }
    if (patience.ends_after(rows * network.work())) return Status::interrupted;
  }
  return Status::done;
}

template <class T>
Status evaluate(const Program& program, const T* theta, Data<T> data, double* loss, Watch watch) {
  Network<T> network;
  if (!network.prepare(program, lesser(data.rows, kPanelRows), false, false)) {
    return Status::no_memory;
  }
  network.read(theta);
  Patience patience(watch);
  return evaluate_with<T>(network, is_mean(program), data, loss, nullptr, patience);
}

template <class T>
Status value_and_gradient(const Program& program, const T* theta, Data<T> data, std::uint64_t key,
                          std::int64_t step, double* loss, T* gradient, Watch watch) {
  Network<T> network;
  const std::int64_t panel = panel_of(program, data.rows);
  if (!network.prepare(program, panel, true, false)) return Status::no_memory;
  network.read(theta);
  Patience patience(watch);
  const bool mean = is_mean(program);
  const T scale = mean ? T(1) / static_cast<T>(data.rows) : T(1);
  double total = 0;
  const Status status = add_gradient<T>(network, data, nullptr, 0, data.rows, panel, scale,
                                        Mode{true, key, step}, &total, nullptr, patience);
  if (status != Status::done) return status;
  for (int i = 0; i < program.n_blocks; ++i) {
    if (network.parameters(i).g) add_regularisers(network.parameters(i));
  }
  *loss = (mean ? total / static_cast<double>(data.rows) : total) + penalty(network);
  network.write_gradient(gradient);
  return status;
}

template <class T>
Status train(const Program& program, Training<T> job, Watch watch) {
  Network<T> network;
  const std::int64_t batch = lesser(job.batch_size, job.data.rows);
  const std::int64_t panel = panel_of(program, batch);
  const std::int64_t to_validate = lesser(job.validation.rows, kPanelRows);
  const bool gradients = !(program.plain && batch <= panel);
  if (!network.prepare(program, panel > to_validate ? panel : to_validate, gradients, true)) {
    return Status::no_memory;
  }
  network.read(job.theta);
  const int slots = program.n_slots + (program.ema_momentum >= 0 ? 1 : 0);
  for (int s = 0; s < slots; ++s) network.read_slot(s, job.slots + s * job.n_parameters);
  Patience patience(watch);
  const Status status = Trainer<T>(network, job, is_mean(program), panel, patience).run();
  network.write(job.theta);  // also when interrupted: what was learnt so far
  for (int s = 0; s < slots; ++s) network.write_slot(s, job.slots + s * job.n_parameters);
  return status;
}

template <class Row>
constexpr bool is_sparse() {
  if constexpr (requires { Row::kSparse; }) return Row::kSparse;
  return false;
}

template <class... Rows>
Names names_of(List<Rows...>) {
  static const char* const names[] = {Rows::kName...};
  static const bool sparse[] = {is_sparse<Rows>()...};
  return {names, sparse, static_cast<int>(sizeof...(Rows))};
}

#define CHAINRULE_TEXT_OF(x) #x
#define CHAINRULE_TEXT(x) CHAINRULE_TEXT_OF(x)

const Kernels kKernels = {
    CHAINRULE_TEXT(CHAINRULE_ISA),
    {forward<float>, evaluate<float>, value_and_gradient<float>, train<float>, apply<float>},
    {forward<double>, evaluate<double>, value_and_gradient<double>, train<double>, apply<double>},
    names_of(Activations()),
    names_of(Losses()),
    names_of(Optimizers<float>()),
    names_of(Measures()),
};

}  // namespace

const Kernels& kernels() { return kKernels; }

}  // namespace chainrule::CHAINRULE_ISA
