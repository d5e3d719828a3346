// How many threads native code may use, and the one way to use them.
//
// Compiled once and not for each instruction set: the standard library's templates must not come
// from a build that this processor may not be able to run.
#pragma once

#include <cstdint>

#include "engine.hpp"

namespace chainrule {

constexpr int kMostThreads = 1024;

// From set_num_threads(), else from the environment variable CHAINRULE_NUM_THREADS, else the number
// of processors that this process may run on. Throws std::invalid_argument where the variable holds
// something else than 1 to kMostThreads.
int num_threads();
void set_num_threads(int n);

// Calls work(context, piece, watch) for every piece from 0 on, on at most `threads` threads, of
// which the calling one is the first. They are joined before it returns: none survive, also not in
// a process that is forked later. Only the calling thread looks at `watch`. The first piece that
// ends otherwise than done ends the others through their own watch, and its status is returned.
Status share(std::int64_t pieces, int threads, Watch watch,
             Status (*work)(void* context, std::int64_t piece, Watch watch), void* context);

}  // namespace chainrule
