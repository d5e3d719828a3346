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

  // Calls work(part, parts) once for every part, and returns when all have ended. The calling
  // thread does part 0; with parts = 1 it does all, and no other thread is asked.
  template <class Work>
  void run(int parts, Work&& work) {
    if (parts <= 1) {
      work(0, 1);
    } else {
      run_all([](void* w, int part, int n) { (*static_cast<Work*>(w))(part, n); }, &work);
    }
  }

 private:
  using Call = void (*)(void* work, int part, int parts);
  void run_all(Call call, void* work);
  void serve(int part);

  std::vector<std::thread> threads_;
  std::atomic<std::uint32_t> turn_{0};  // counts the calls of run_all(); odd: leave
  std::atomic<int> working_{0};
  Call call_ = nullptr;
  void* work_ = nullptr;
};

}  // namespace chainrule
