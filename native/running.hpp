// Native work as Python sees it: without the GIL, and ended by Ctrl-C.
#pragma once

#include <nanobind/nanobind.h>

#include <chrono>
#include <new>

#include "engine.hpp"

namespace nb = nanobind;

namespace chainrule {

// Ctrl-C: Python's handlers run when asked, which takes the GIL, so not more often than this.
constexpr std::chrono::milliseconds kBetweenSignalChecks(50);

class SignalWatch {
 public:
  Watch watch() { return {&SignalWatch::interrupted, this}; }

 private:
  static bool interrupted(void* context) {
    auto& self = *static_cast<SignalWatch*>(context);
    const auto now = std::chrono::steady_clock::now();
    if (now - self.last_ < kBetweenSignalChecks) return false;
    self.last_ = now;
    nb::gil_scoped_acquire gil;
    return PyErr_CheckSignals() != 0;
  }

  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Runs native work without the GIL and turns its end into Python's terms.
template <class Work>
inline void run(Work&& work) {
  SignalWatch signals;
  Status status;
  {
    nb::gil_scoped_release release;
    status = work(signals.watch());
  }
  if (status == Status::interrupted) throw nb::python_error();
  if (status == Status::no_memory) throw std::bad_alloc();
}

}  // namespace chainrule
