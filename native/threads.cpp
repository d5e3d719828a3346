#include "threads.hpp"

#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "counts.hpp"

#if defined(__linux__)
#include <sched.h>
#endif

namespace chainrule {

Counts counts;

namespace {

std::atomic<int> chosen(0);  // 0: not yet

int processors() {
#if defined(__linux__)
  // hardware_concurrency() counts all processors, also those that this process may not run on.
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) return CPU_COUNT(&allowed);
#endif
  return static_cast<int>(std::thread::hardware_concurrency());  // 0: not known
}

int from_environment() {
  const char* given = std::getenv("CHAINRULE_NUM_THREADS");
  if (!given || !*given) {
    const int n = processors();
    return n < 1 ? 1 : n < kMostThreads ? n : kMostThreads;
  }
  const std::string text(given);
  int n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size() || n < 1 || n > kMostThreads) {
    throw std::invalid_argument("CHAINRULE_NUM_THREADS is '" + text +
                                "'; possible: an integer from 1 to " +
                                std::to_string(kMostThreads));
  }
  return n;
}

// What the threads of one call have in common.
class Crew {
 public:
  Crew(std::int64_t pieces, Watch watch, Status (*work)(void*, std::int64_t, Watch), void* context)
      : pieces_(pieces), watch_(watch), work_(work), context_(context) {}

  Status run(int threads) {
    std::vector<std::thread> others;
    try {
      for (int i = 1; i < threads; ++i) {
        others.emplace_back([this] { take_pieces({&Crew::others_ask, this}); });
      }
    } catch (const std::system_error&) {  // no more threads to be had: these will do
    }
    counts.started += static_cast<std::int64_t>(others.size());
    take_pieces({&Crew::caller_asks, this});
    {
      std::unique_lock<std::mutex> lock(mutex_);
      while (ended_ <= others.size()) {
        changed_.wait_for(lock, std::chrono::milliseconds(10));
        lock.unlock();
        if (status_ == Status::done) caller_asks(this);
        lock.lock();
      }
    }
    for (std::thread& other : others) other.join();
    return status_;
  }

 private:
  void take_pieces(Watch watch) {
    while (status_ == Status::done) {
      const std::int64_t piece = next_++;
      if (piece >= pieces_) break;
      stop(work_(context_, piece, watch));
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    ++ended_;
    changed_.notify_one();
  }

  void stop(Status why) {  // the first reason counts
    Status done = Status::done;
    if (why != done) status_.compare_exchange_strong(done, why);
  }

  static bool caller_asks(void* crew) {
    auto& self = *static_cast<Crew*>(crew);
    if (self.status_ == Status::done && self.watch_.interrupted(self.watch_.context)) {
      self.stop(Status::interrupted);
    }
    return self.status_ != Status::done;
  }

  static bool others_ask(void* crew) { return static_cast<Crew*>(crew)->status_ != Status::done; }

  const std::int64_t pieces_;
  const Watch watch_;
  Status (*const work_)(void*, std::int64_t, Watch);
  void* const context_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<Status> status_{Status::done};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t ended_ = 0;  // threads that have no more to do
};

}  // namespace

int num_threads() {
  if (chosen == 0) {
    int not_yet = 0;
    chosen.compare_exchange_strong(not_yet, from_environment());
  }
  return chosen;
}

void set_num_threads(int n) { chosen = n; }

Status share(std::int64_t pieces, int threads, Watch watch,
             Status (*work)(void* context, std::int64_t piece, Watch watch), void* context) {
  return Crew(pieces, watch, work, context).run(threads);
}

}  // namespace chainrule
