// What threads have done since the process began, so that a test can tell whether work was shared.
#pragma once

#include <atomic>
#include <cstdint>

namespace chainrule {

struct Counts {
  std::atomic<std::int64_t> started{0};  // threads, those that call not counted
  std::atomic<std::int64_t> turns{0};    // of teams: see team.hpp
  std::atomic<std::int64_t> pieces{0};   // of those turns, done by threads that were started
};

extern Counts counts;  // threads.cpp

}  // namespace chainrule
