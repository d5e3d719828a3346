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

}  // namespace chainrule
