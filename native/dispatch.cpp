#include "dispatch.hpp"

#include <stdexcept>

namespace chainrule {

#if defined(CHAINRULE_HAS_v2)
namespace v2 {
const Kernels& kernels();
}
namespace v3 {
const Kernels& kernels();
}
namespace v4 {
const Kernels& kernels();
}
namespace v4_256 {
const Kernels& kernels();
}

std::vector<const Kernels*> runnable() {
  __builtin_cpu_init();
  std::vector<const Kernels*> found;
  if (!__builtin_cpu_supports("sse4.2")) return found;
  found.push_back(&v2::kernels());
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
      !__builtin_cpu_supports("bmi2")) {
    return found;
  }
  found.push_back(&v3::kernels());
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    // Zen 4 works through vectors of 64 bytes in two halves: the same peak, but narrow layers are
    // padded to twice the width for nothing. Zen 5 and Intel's do them whole.
    const bool halves = __builtin_cpu_is("amdfam19h");
    found.push_back(halves ? &v4::kernels() : &v4_256::kernels());
    found.push_back(halves ? &v4_256::kernels() : &v4::kernels());
  }
  return found;
}
#else
namespace neon {
const Kernels& kernels();
}

std::vector<const Kernels*> runnable() { return {&neon::kernels()}; }
#endif

const Kernels& choose(const std::string& isa) {
  const std::vector<const Kernels*> found = runnable();
  if (found.empty()) {
    throw std::invalid_argument("this processor is older than x86-64-v2 (SSE 4.2)");
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
