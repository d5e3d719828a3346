// Many trainings at once: tiny networks one a lane, others one a thread.
#pragma once

#include "lanes.hpp"
#include "threads.hpp"
#include "train.hpp"

namespace chainrule::CHAINRULE_ISA {

// What the optimiser works on, of a pack: (n_parameters, width) each, and rates (width).
template <class T>
struct LaneParameters {
  std::int64_t n_parameters, width;
  T *theta, *gradient;
  T* slots[kMostSlots];
  const T* rates;
};

// Makes step number t (from 1) of all networks of a pack, and sets the gradient back to zero.
template <class T>
inline void make_lane_step(const Program& program, const LaneParameters<T>& p, std::int64_t t) {
  const T decay = static_cast<T>(program.weight_decay);
  with_row(program.optimizer, Optimizers<T>(), [&]<class Row>(Type<Row>) {
    const Row update(program.settings, 1.0, t);
    for (std::int64_t k = 0; k < p.n_parameters * p.width; k += kLanes<T>) {
      const Vec<T> rate = load(p.rates + k % p.width);
      Vec<T> w = load(p.theta + k), s[kMostSlots] = {};
      for (int j = 0; j < program.n_slots; ++j) s[j] = load(p.slots[j] + k);
      if (decay > 0) w *= T(1) - rate * decay;
      update(w, load(p.gradient + k), s, rate * update.rate);
      for (int j = 0; j < program.n_slots; ++j) store(p.slots[j] + k, s[j]);
      store(p.theta + k, w);
      store(p.gradient + k, Vec<T>{});
    }
  });
}

// Trains networks first, first + 1, ... of a job, as many as a pack holds or there are.
template <class T, int Groups>
class PackTrainer {
 public:
  PackTrainer(const Program& program, const ManyTrainings<T>& job, bool mean, std::int64_t first,
              Watch watch)
      : program_(program), job_(job), mean_(mean), first_(first), patience_(watch) {}

  Status run() {
    if (!pack_.prepare(program_, job_.n_parameters)) return Status::no_memory;
    const std::int64_t P = job_.n_parameters, S = program_.n_slots;
    for_each_lane([&](int lane, std::int64_t network) {
      take_in(job_.thetas + network * P, pack_.theta() + lane);
      for (int s = 0; s < S; ++s) {
        take_in(job_.slots + (network * S + s) * P, pack_.slot(s) + lane);
      }
      pack_.rates()[lane] = static_cast<T>(job_.rates[job_.own_rates ? network : 0]);
    });
    const bool at_once = program_.plain && job_.batch_size == 1;
    const Status status = at_once ? run_epochs<true>() : run_epochs<false>();
    for_each_lane([&](int lane, std::int64_t network) {  // also when interrupted
      give_out(pack_.theta() + lane, job_.thetas + network * P);
      for (int s = 0; s < S; ++s) {
        give_out(pack_.slot(s) + lane, job_.slots + (network * S + s) * P);
      }
    });
    return status;
  }

 private:
  static constexpr int kWidth = Pack<T, Groups>::kWidth;
  static constexpr std::int64_t kSamplesToAdd = 64;  // in T, before their loss is added in double

  template <bool AtOnce>
  Status run_epochs() {
    const std::int64_t n = job_.data.rows;
    std::int64_t steps = 0;
    for (std::int64_t epoch = 0; epoch < job_.epochs; ++epoch) {
      for (double& sum : sums_) sum = 0;
      for (std::int64_t first = 0; first < n; first += job_.batch_size) {
        const std::int64_t rows = lesser(n - first, job_.batch_size);
        const T scale = mean_ ? T(1) / static_cast<T>(rows) : T(1);
        set_rates(steps++);
        for (std::int64_t k = first; k < first + rows; ++k) {
          gather(epoch, k);
          pack_.forward();
          pack_.loss(scale);
          pack_.template backward<AtOnce>();
          if (k % kSamplesToAdd == kSamplesToAdd - 1) add_totals();
          if (patience_.ends_after(work_)) return Status::interrupted;
        }
        if (!AtOnce) make_lane_step(program_, parameters(), job_.first_step + steps);
      }
      add_totals();
      for_each_lane([&](int lane, std::int64_t network) {
        const double sum = sums_[lane];
        job_.loss[network * job_.epochs + epoch] = mean_ ? sum / static_cast<double>(n) : sum;
      });
    }
    return Status::done;
  }

  LaneParameters<T> parameters() {
    LaneParameters<T> p = {job_.n_parameters, kWidth, pack_.theta(),
                           pack_.gradient(),  {},     pack_.rates()};
    for (int s = 0; s < program_.n_slots; ++s) p.slots[s] = pack_.slot(s);
    return p;
  }

  // Every lane's sample number k of this epoch, with targets and weight.
  void gather(std::int64_t epoch, std::int64_t k) {
    const std::int64_t n = job_.data.rows;
    if (!job_.own_orders) {
      const std::int64_t row = job_.order ? job_.order[epoch * n + k] : k;
      gather_row(row, [](T* to, T value) {
        for (int v = 0; v < kWidth; v += kLanes<T>) store(to + v, broadcast(value));
      });
      return;
    }
    for (int lane = 0; lane < kWidth; ++lane) {  // the lanes beyond the last network repeat it
      const std::int64_t network = lesser(first_ + lane, job_.networks - 1);
      gather_row(job_.order[(network * job_.epochs + epoch) * n + k],
                 [&](T* to, T value) { to[lane] = value; });
    }
  }

  template <class Put>
  void gather_row(std::int64_t row, Put&& put) {
    const std::int64_t inputs = program_.stages[0].inputs, targets = program_.targets;
    const Data<T>& data = job_.data;
    for (std::int64_t i = 0; i < inputs; ++i) {
      put(pack_.x() + i * kWidth, data.X[row * inputs + i]);
    }
    for (std::int64_t j = 0; j < targets; ++j) {
      put(pack_.y() + j * kWidth, data.Y[row * targets + j]);
    }
    if (data.weight) put(pack_.weights(), data.weight[row]);
  }

  void set_rates(std::int64_t step) {
    if (job_.own_rates || job_.one_rate) return;
    const T rate = static_cast<T>(job_.rates[step]);
    for (int lane = 0; lane < kWidth; ++lane) pack_.rates()[lane] = rate;
  }

  void add_totals() {
    for (int lane = 0; lane < kWidth; ++lane) {
      sums_[lane] += static_cast<double>(pack_.totals()[lane]);
      pack_.totals()[lane] = 0;
    }
  }

  void take_in(const T* of_network, T* of_lane) {
    for (std::int64_t k = 0; k < job_.n_parameters; ++k) of_lane[k * kWidth] = of_network[k];
  }
  void give_out(const T* of_lane, T* of_network) {
    for (std::int64_t k = 0; k < job_.n_parameters; ++k) of_network[k] = of_lane[k * kWidth];
  }

  template <class Use>
  void for_each_lane(Use&& use) {
    const std::int64_t networks = lesser(job_.networks - first_, kWidth);
    for (int lane = 0; lane < networks; ++lane) use(lane, first_ + lane);
  }

  const Program& program_;
  const ManyTrainings<T>& job_;
  const bool mean_;
  const std::int64_t first_;
  Patience patience_;
  Pack<T, Groups> pack_;
  double sums_[kWidth];                                       // of the loss, in this epoch
  const std::int64_t work_ = 3 * kWidth * job_.n_parameters;  // of a sample, in multiplications
};

template <class T>
class Many {
 public:
  using Train = Status (*)(const Program&, Training<T>, Watch);

  // `train_one` trains one network as it is trained alone.
  Many(const Program& program, const ManyTrainings<T>& job, bool mean, Train train_one)
      : program_(program), job_(job), mean_(mean), train_one_(train_one) {
    const std::int64_t bytes = job.n_parameters * kVectorBytes;
    if (in_lanes(program, job.n_parameters)) {
      // Several vectors hide each other's latencies while they stay in the cache together.
      groups_ = bytes <= kMostBytesOfGroups / 4 ? 4 : bytes <= kMostBytesOfGroups / 2 ? 2 : 1;
      // A network gives the same in any company, so that this may depend on the threads.
      while (groups_ > 1 && pieces() < job.threads) groups_ /= 2;
    }
  }

  // Is this program's network one that goes into a lane?
  static bool in_lanes(const Program& program, std::int64_t n_parameters) {
    return can_go_in_lanes(program) && n_parameters * kVectorBytes <= kMostBytesOfVector;
  }

  Status run(Watch watch) {
    const double work = 3.0 * static_cast<double>(job_.networks * job_.epochs) *
                        static_cast<double>(job_.data.rows * job_.n_parameters);
    const double worth = 1 + work / kWorkOfThread;
    std::int64_t threads = lesser(job_.threads, pieces());
    if (worth < static_cast<double>(threads)) threads = static_cast<std::int64_t>(worth);
    return share(pieces(), static_cast<int>(threads), watch, do_piece, this);
  }

 private:
  static constexpr std::int64_t kMostBytesOfVector = 1 << 16;  // of the parameters of its networks
  static constexpr std::int64_t kMostBytesOfGroups = 1 << 14;
  static constexpr double kWorkOfThread = 1 << 23;  // multiplications: what takes it some 1 ms

  std::int64_t in_piece() const { return groups_ == 0 ? 1 : groups_ * kLanes<T>; }
  std::int64_t pieces() const { return (job_.networks + in_piece() - 1) / in_piece(); }

  static Status do_piece(void* many, std::int64_t piece, Watch watch) {
    const auto& self = *static_cast<const Many*>(many);
    const std::int64_t first = piece * self.in_piece();
    if (self.groups_ == 0) return self.train_alone(first, watch);
    const std::int64_t left = lesser(self.job_.networks - first, self.in_piece());
    if (left > 2 * kLanes<T>) return self.template train_pack<4>(first, watch);
    if (left > kLanes<T>) return self.template train_pack<2>(first, watch);
    return self.template train_pack<1>(first, watch);
  }

  template <int Groups>
  Status train_pack(std::int64_t first, Watch watch) const {
    return PackTrainer<T, Groups>(program_, job_, mean_, first, watch).run();
  }

  Status train_alone(std::int64_t network, Watch watch) const {
    const ManyTrainings<T>& j = job_;
    const std::int64_t slots = program_.n_slots + (program_.ema_momentum >= 0 ? 1 : 0);
    std::int64_t epochs_done = 0, steps_done = 0;
    const Training<T> one = {
        j.thetas + network * j.n_parameters,
        j.slots + network * slots * j.n_parameters,
        j.n_parameters,
        j.data,
        {nullptr, nullptr, nullptr, 0},
        j.order ? j.order + (j.own_orders ? network * j.epochs * j.data.rows : 0) : nullptr,
        j.data.rows,
        j.epochs,
        j.batch_size,
        j.rates + (j.own_rates ? network : 0),
        j.one_rate || j.own_rates,
        j.keys[network],
        j.first_step,
        j.loss + network * j.epochs,
        j.measures + network * j.epochs * program_.n_measures,
        nullptr,
        nullptr,
        &epochs_done,
        &steps_done};
    return train_one_(program_, one, watch);
  }

  const Program& program_;
  const ManyTrainings<T>& job_;
  const bool mean_;
  const Train train_one_;
  int groups_ = 0;  // vectors of networks that go together; 0: one network after the other
};

}  // namespace chainrule::CHAINRULE_ISA
