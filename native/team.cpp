#include "team.hpp"

#include <system_error>

namespace chainrule {
namespace {

// So long a thread looks again and again, at about 40 cycles a look, before it lets others run: the
// pieces of a step are shorter than what it costs to be woken.
constexpr int kLooks = 2000;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

template <class Done>
void wait_until(Done&& done) {
  for (int looks = 0; !done();) {
    if (++looks < kLooks) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace

Team::Team(int size) {
  for (int part = 1; part < size; ++part) {
    try {
      threads_.emplace_back([this, part] { serve(part); });
    } catch (const std::system_error&) {
      break;
    }
  }
}

Team::~Team() {
  turn_.fetch_or(1, std::memory_order_release);
  turn_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Team::run_all(Call call, void* work) {
  call_ = call;
  work_ = work;
  working_.store(size() - 1, std::memory_order_relaxed);
  turn_.fetch_add(2, std::memory_order_release);
  turn_.notify_all();
  call(work, 0, size());
  wait_until([&] { return working_.load(std::memory_order_acquire) == 0; });
}

void Team::serve(int part) {
  for (std::uint32_t seen = 0;;) {
    int looks = 0;
    std::uint32_t turn;
    while ((turn = turn_.load(std::memory_order_acquire)) == seen) {
      if (++looks < kLooks) {
        relax();
      } else {
        turn_.wait(seen, std::memory_order_acquire);  // sleeps
      }
    }
    if (turn & 1) return;
    seen = turn;
    call_(work_, part, size());
    working_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace chainrule
