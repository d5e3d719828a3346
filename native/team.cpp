#include "team.hpp"

#include <system_error>

#include "counts.hpp"

namespace chainrule {
namespace {

// turn_: the number of the turn, then of pieces, then of pieces that were taken; 16 bits each of
// the latter two. No pieces and one taken: the end.
constexpr std::uint64_t kTurn = std::uint64_t{1} << 32;
constexpr std::uint64_t kEnd = 1;
constexpr std::uint64_t pieces_of(std::uint64_t turn) { return turn >> 16 & 0xffff; }
constexpr std::uint64_t taken_of(std::uint64_t turn) { return turn & 0xffff; }

// So often a thread looks again, at about 40 cycles a look, before it sleeps or lets others run:
// the pieces of a step are shorter than what it costs to be woken.
constexpr int kLooks = 2000;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

Team::Team(int size) {
  for (int i = 1; i < size; ++i) {
    try {
      threads_.emplace_back([this] { serve(); });
    } catch (const std::system_error&) {
      break;
    }
  }
}

Team::~Team() {
  counts.started += static_cast<std::int64_t>(threads_.size());
  counts.turns += static_cast<std::int64_t>(turn_.load(std::memory_order_relaxed) / kTurn);
  turn_.store(kEnd, std::memory_order_release);
  turn_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Team::run_all(int pieces, Call call, void* work) {
  call_ = call;
  work_ = work;
  unfinished_.store(pieces, std::memory_order_relaxed);
  const std::uint64_t number = turn_.load(std::memory_order_relaxed) / kTurn + 1;
  turn_.store(number * kTurn + (static_cast<std::uint64_t>(pieces) << 16),
              std::memory_order_release);
  turn_.notify_all();
  while (take_piece()) {
  }
  for (int looks = 0; unfinished_.load(std::memory_order_acquire) > 0;) {
    if (++looks < kLooks) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
}

// Does one piece, if there is one that nobody has taken. What a turn consists of cannot change
// while one of its pieces is unfinished.
bool Team::take_piece() {
  std::uint64_t turn = turn_.load(std::memory_order_acquire);
  do {
    if (taken_of(turn) >= pieces_of(turn)) return false;
  } while (!turn_.compare_exchange_weak(turn, turn + 1, std::memory_order_acq_rel,
                                        std::memory_order_acquire));
  call_(work_, static_cast<int>(taken_of(turn)), static_cast<int>(pieces_of(turn)));
  unfinished_.fetch_sub(1, std::memory_order_release);
  return true;
}

void Team::serve() {
  std::int64_t taken = 0;
  for (int looks = 0;;) {
    if (take_piece()) {
      ++taken;
      looks = 0;
      continue;
    }
    const std::uint64_t turn = turn_.load(std::memory_order_acquire);
    if (turn == kEnd) break;
    if (taken_of(turn) < pieces_of(turn)) continue;
    if (++looks < kLooks) {
      relax();
    } else {
      turn_.wait(turn, std::memory_order_acquire);
      looks = 0;
    }
  }
  counts.pieces += taken;
}

}  // namespace chainrule
