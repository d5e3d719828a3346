// A team of threads that share the work of one call: they start with it and end with it, so that
// none is there when a process forks.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace chainrule {

class Team {
 public:
  // `size` threads, the calling one among them; fewer if the system gives no more.
  explicit Team(int size);
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;
  ~Team();

  int size() const { return static_cast<int>(threads_.size()) + 1; }

  // Calls work(piece, pieces) once for every piece, and returns when all have ended. A thread takes
  // a piece when it has time: where another program has the processor of the others, the calling
  // thread does all of them, and waits for none that has not begun.
  template <class Work>
  void run(int pieces, Work&& work) {
    if (pieces <= 1) {
      work(0, 1);
    } else {
      run_all(pieces, [](void* w, int piece, int n) { (*static_cast<Work*>(w))(piece, n); }, &work);
    }
  }

 private:
  using Call = void (*)(void* work, int piece, int pieces);
  void run_all(int pieces, Call call, void* work);
  void serve();
  bool take_piece();

  std::vector<std::thread> threads_;
  // How many pieces there are, how many of them are taken, and a count of turns: a thread that
  // comes late finds nothing to take, or something of a later turn, and never a mixture.
  std::atomic<std::uint64_t> turn_{0};
  std::atomic<int> unfinished_{0};
  Call call_ = nullptr;
  void* work_ = nullptr;
};

}  // namespace chainrule
