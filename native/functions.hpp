// The vector functions by name, over whole arrays: only for the tests of their accuracy.
#pragma once

#include <cstring>

#include "math_tanh.hpp"

namespace chainrule::CHAINRULE_ISA {

template <class T>
struct Function {
  const char* name;
  Vec<T> (*value)(Vec<T>);
};

template <class T>
constexpr Function<T> kFunctions[] = {
    {"exp", exp<T>},         {"expm1", expm1<T>}, {"log", log<T>},           {"log1p", log1p<T>},
    {"sigmoid", sigmoid<T>}, {"tanh", tanh<T>},   {"softplus", softplus<T>},
};

// y[i] = f(x[i]) for the function of that name; x, y (n), which may be the same memory.
// False if there is no such function.
template <class T>
inline bool apply(const char* name, const T* x, T* y, std::int64_t n) {
  constexpr int L = kLanes<T>;
  for (const Function<T>& f : kFunctions<T>) {
    if (std::strcmp(f.name, name) != 0) continue;
    std::int64_t i = 0;
    for (; i + L <= n; i += L) store(y + i, f.value(load(x + i)));
    if (i < n) {
      T rest[L] = {};
      for (std::int64_t k = i; k < n; ++k) rest[k - i] = x[k];
      store(rest, f.value(load(rest)));
      for (std::int64_t k = i; k < n; ++k) y[k] = rest[k - i];
    }
    return true;
  }
  return false;
}

}  // namespace chainrule::CHAINRULE_ISA
