// The entry points of one instruction set. Compiled once for each, with CHAINRULE_ISA its name.
#include "functions.hpp"
#include "many.hpp"

namespace chainrule::CHAINRULE_ISA {
namespace {

// The rows that go through the network at once. Batch normalisation needs the whole batch.
std::int64_t panel_of(const Program& program, std::int64_t batch) {
  for (int i = 0; i < program.n_stages; ++i) {
    const Stage& stage = program.stages[i];
    if (stage.kind == Kind::batch_norm && stage.settings[2] != 0) return batch;
  }
  return lesser(batch, kPanelRows);
}

// How many threads a call starts: one while all of its work takes less time than to start more.
int members(const Program& program, std::int64_t rows, int threads) {
  constexpr std::int64_t kLeastWork = 1 << 23;  // multiplications
  return rows / kBlockRows * kBlockRows * work_of(program) < kLeastWork ? 1 : threads;
}

template <class T>
Status forward(const Program& program, const T* theta, const T* X, std::int64_t n, T* A,
               int threads, Watch watch) {
  Network<T> network;
  Team team(members(program, n, threads));
  if (!network.prepare(program, lesser(n, kPanelRows), team.size(), false, false)) {
    return Status::no_memory;
  }
  network.read(theta);
  Patience patience(watch);
  const Data<T> data = {X, nullptr, nullptr, n};
  for (std::int64_t first = 0; first < n; first += kPanelRows) {
    const std::int64_t rows = lesser(n - first, kPanelRows);
    team.run(pieces_of_panel(network, team, rows), [&](int part, int parts) {
      const Share share(rows, kBlockRows, part, parts);
      network.gather(data, nullptr, first, share.from, share.to);
      network.forward(network.rows_of(X, nullptr, first), share.from, share.to, Mode(), false);
      network.write_outputs(share.from, share.to, A, first);
    });
    if (patience.ends_after(rows * network.work())) return Status::interrupted;
  }
  return Status::done;
}

template <class T>
Status evaluate(const Program& program, const T* theta, Data<T> data, double* loss, int threads,
                Watch watch) {
  Network<T> network;
  Team team(members(program, data.rows, threads));
  if (!network.prepare(program, lesser(data.rows, kPanelRows), team.size(), false, false)) {
    return Status::no_memory;
  }
  network.read(theta);
  Patience patience(watch);
  return evaluate_with<T>(network, team, program.mean, data, loss, nullptr, patience);
}

template <class T>
Status value_and_gradient(const Program& program, const T* theta, Data<T> data, std::uint64_t key,
                          std::int64_t step, double* loss, T* gradient, int threads, Watch watch) {
  Network<T> network;
  const std::int64_t panel = panel_of(program, data.rows);
  Team team(members(program, data.rows, threads));
  if (!network.prepare(program, panel, team.size(), true, false)) return Status::no_memory;
  network.read(theta);
  Patience patience(watch);
  const T scale = program.mean ? T(1) / static_cast<T>(data.rows) : T(1);
  double total = 0;
  const Status status = gradients_of_batch<T>(
      network, team, {data, nullptr, 0, data.rows, scale, Mode{true, key, step}}, panel, nullptr,
      &total, nullptr, patience);
  if (status != Status::done) return status;
  add_regularisers(network);
  *loss = (program.mean ? total / static_cast<double>(data.rows) : total) + penalty(network);
  network.write_gradient(gradient);
  return status;
}

template <class T>
Status train(const Program& program, Training<T> job, int threads, Watch watch) {
  Network<T> network;
  const std::int64_t batch = lesser(job.batch_size, job.data.rows);
  const std::int64_t panel = panel_of(program, batch);
  const std::int64_t to_validate = lesser(job.validation.rows, kPanelRows);
  const bool gradients = batch > panel || clips_norms(program);
  const std::int64_t most = panel > to_validate ? panel : to_validate;
  Team team(members(program, job.epochs * job.data.rows, threads));
  if (!network.prepare(program, most, team.size(), gradients, true)) {
    return Status::no_memory;
  }
  network.read(job.theta);
  const int slots = network.n_slots();
  for (int s = 0; s < slots; ++s) network.read_slot(s, job.slots + s * job.n_parameters);
  Patience patience(watch);
  const Status status = Trainer<T>(network, team, job, program.mean, panel, patience).run();
  network.finish(job.theta);  // also when interrupted: what was learnt so far
  for (int s = 0; s < slots; ++s) network.give_slot(s, job.slots + s * job.n_parameters);
  return status;
}

template <class T>
Status train_alone(const Program& program, Training<T> job, Watch watch) {
  return train(program, job, 1, watch);
}

template <class T>
Status train_many(const Program& program, ManyTrainings<T> job, Watch watch) {
  return Many<T>(program, job, program.mean, train_alone<T>).run(watch);
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
    {forward<float>, evaluate<float>, value_and_gradient<float>, train<float>, train_many<float>,
     apply<float>},
    {forward<double>, evaluate<double>, value_and_gradient<double>, train<double>,
     train_many<double>, apply<double>},
    Many<float>::in_lanes,
    names_of(Activations()),
    names_of(Losses()),
    names_of(Optimizers<float>()),
    names_of(Measures()),
};

}  // namespace

const Kernels& kernels() { return kKernels; }

}  // namespace chainrule::CHAINRULE_ISA
