#include "dispatch.hpp"

#include <stdexcept>

namespace chainrule {

#if defined(__x86_64__)
namespace v2 {
const Kernels& kernels();
}
namespace v3 {
const Kernels& kernels();
}
namespace v4 {
const Kernels& kernels();
}

std::vector<const Kernels*> runnable() {
  __builtin_cpu_init();
  [[maybe_unused]] const bool has_v2 = __builtin_cpu_supports("sse4.2");
  [[maybe_unused]] const bool has_v3 = has_v2 && __builtin_cpu_supports("avx2") &&
                                       __builtin_cpu_supports("fma") &&
                                       __builtin_cpu_supports("bmi2");
  [[maybe_unused]] const bool has_v4 =
      has_v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl");
  std::vector<const Kernels*> found;
  // A build may leave some out: CHAINRULE_ISAS in CMakeLists.txt.
#if defined(CHAINRULE_HAS_v2)
  if (has_v2) found.push_back(&v2::kernels());
#endif
#if defined(CHAINRULE_HAS_v3)
  if (has_v3) found.push_back(&v3::kernels());
#endif
#if defined(CHAINRULE_HAS_v4)
  if (has_v4) found.push_back(&v4::kernels());
#endif
  return found;
}

bool works_in_halves() {
  __builtin_cpu_init();
  return __builtin_cpu_is("amdfam19h") && __builtin_cpu_supports("avx512f");
}
#else
namespace neon {
const Kernels& kernels();
}

std::vector<const Kernels*> runnable() { return {&neon::kernels()}; }

bool works_in_halves() { return false; }
#endif

const Kernels& choose(const std::string& isa) {
  const std::vector<const Kernels*> found = runnable();
  if (found.empty()) {
    throw std::invalid_argument(
        "this processor runs none of the builds: they need x86-64-v2 (SSE 4.2)");
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

const Kernels& choose_narrow(const std::string& isa) {
  if (isa.empty()) {
    for (const Kernels* kernels : runnable()) {
      if (std::string(kernels->isa) == "v3") return *kernels;
    }
  }
  return choose(isa);
}

}  // namespace chainrule
