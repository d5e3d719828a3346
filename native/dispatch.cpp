#include "dispatch.hpp"

#include <stdexcept>

namespace chainrule {

// CMake says which builds there are (its list CHAINRULE_ISAS): CHAINRULE_HAS_v3 and so on.
#define CHAINRULE_DECLARE(isa) \
  namespace isa {              \
  const Kernels& kernels();    \
  }
CHAINRULE_DECLARE(v2)
CHAINRULE_DECLARE(v3)
CHAINRULE_DECLARE(v4)
CHAINRULE_DECLARE(v4_256)
CHAINRULE_DECLARE(neon)

#if defined(__x86_64__)
namespace {

struct Processor {
  bool v2 = __builtin_cpu_supports("sse4.2");
  bool v3 = v2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
            __builtin_cpu_supports("bmi2");
  bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
            __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl");
  // Zen 4 works through vectors of 64 bytes in two halves: the same peak, but narrow layers are
  // padded to twice the width for nothing. Zen 5 and Intel's do them whole.
  bool halves = __builtin_cpu_is("amdfam19h");
};

}  // namespace
#endif

std::vector<const Kernels*> runnable() {
  std::vector<const Kernels*> found;
#if defined(__x86_64__)
  __builtin_cpu_init();
  [[maybe_unused]] const Processor processor;
#endif
#if defined(CHAINRULE_HAS_v2)
  if (processor.v2) found.push_back(&v2::kernels());
#endif
#if defined(CHAINRULE_HAS_v3)
  if (processor.v3) found.push_back(&v3::kernels());
#endif
#if defined(CHAINRULE_HAS_v4_256)
  if (processor.v4 && !processor.halves) found.push_back(&v4_256::kernels());
#endif
#if defined(CHAINRULE_HAS_v4)
  if (processor.v4) found.push_back(&v4::kernels());
#endif
#if defined(CHAINRULE_HAS_v4_256)
  if (processor.v4 && processor.halves) found.push_back(&v4_256::kernels());
#endif
#if defined(CHAINRULE_HAS_neon)
  found.push_back(&neon::kernels());
#endif
  return found;
}

const Kernels& choose(const std::string& isa) {
  const std::vector<const Kernels*> found = runnable();
  if (found.empty()) {
    throw std::invalid_argument(
        "this processor can run no build of the kernels that is here; the least is x86-64-v2 "
        "(SSE 4.2), unless the list CHAINRULE_ISAS left it out when this was built");
  }
  if (isa.empty()) return *found.back();
  std::string possible;
  for (const Kernels* kernels : found) {
    if (isa == kernels->isa) return *kernels;
    possible += (possible.empty() ? "" : ", ") + std::string(kernels->isa);
  }
  throw std::invalid_argument("CHAINRULE_ISA is '" + isa +
                              "'; possible on this processor: " + possible);
}

}  // namespace chainrule
