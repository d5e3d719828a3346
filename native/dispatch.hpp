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

// The same with vectors of kNarrow bytes, for networks that do not fill wider ones.
constexpr int kNarrow = 32;
const Kernels& choose_narrow(const std::string& isa);

// Whether this processor works through vectors of 64 bytes in two halves, as Zen 4 does: its peak
// is the same with vectors of 32, and what is padded costs as much as what is not. Zen 5 and
// Intel's do them whole.
bool works_in_halves();

}  // namespace chainrule
