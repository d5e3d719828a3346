// Which builds of the kernels there are, and which of them this processor can run.
#pragma once

#include <string>
#include <vector>

#include "engine.hpp"

namespace chainrule {

// The builds that this processor can run, the fastest last.
std::vector<const Kernels*> runnable();

// The build of that name, or the fastest for an empty name. Throws std::invalid_argument.
const Kernels& choose(const std::string& isa);

// The same for networks whose layers fill no vector of more than kNarrow bytes. There narrower
// vectors hold as much, and take less time to divide.
constexpr int kNarrow = 32;
const Kernels& choose_narrow(const std::string& isa);

}  // namespace chainrule
