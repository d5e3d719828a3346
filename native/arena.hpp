// One allocation for a whole run: every buffer is zeroed and begins on a vector's boundary.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "simd.hpp"

namespace chainrule::CHAINRULE_ISA {

inline std::int64_t round_up(std::int64_t n, std::int64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

// The same sequence of take() calls is made twice: before allocate() it only adds up the sizes,
// after it the calls return memory.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() { std::free(base_); }

  template <class T>
  T* take(std::int64_t n) {
    const std::size_t at = used_;
    used_ += static_cast<std::size_t>(round_up(n * std::int64_t{sizeof(T)}, kAlignment));
    return base_ ? reinterpret_cast<T*>(base_ + at) : nullptr;
  }

  bool allocate() {
    base_ = static_cast<char*>(std::aligned_alloc(kAlignment, used_ + kAlignment));
    if (base_) std::memset(base_, 0, used_ + kAlignment);
    size_ = used_;
    used_ = 0;
    return base_ != nullptr;
  }

  // Gives the memory back at once: free() alone may keep it for later.
  void release() {
#if defined(__linux__)
    const std::uintptr_t page = 4096,
                         from = (reinterpret_cast<std::uintptr_t>(base_) | (page - 1)) + 1;
    const std::uintptr_t to = (reinterpret_cast<std::uintptr_t>(base_) + size_) & ~(page - 1);
    if (base_ && from < to) madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
#endif
    std::free(base_);
    base_ = nullptr;
  }

 private:
  static constexpr std::int64_t kAlignment = 64;
  char* base_ = nullptr;
  std::size_t used_ = 0, size_ = 0;
};

}  // namespace chainrule::CHAINRULE_ISA
