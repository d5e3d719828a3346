// Random numbers without a state: Philox 4x32-10, the same as src/chainrule/counter_random.py.
//
// Source: Salmon, Moraes, Dror and Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, 2011.
#pragma once

#include <cstdint>

#include "simd.hpp"

namespace chainrule::CHAINRULE_ISA {

struct Words {
  std::uint32_t at[4];
};

inline Words philox(Words counter, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter.at[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter.at[2];
    counter = {{static_cast<std::uint32_t>(b >> 32) ^ counter.at[1] ^ key0,
                static_cast<std::uint32_t>(b),
                static_cast<std::uint32_t>(a >> 32) ^ counter.at[3] ^ key1,
                static_cast<std::uint32_t>(a)}};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

// Words first .. first + n of the sequence that (key, step, stream) names; use(i, word).
template <class Use>
inline void random_words(std::uint64_t key, std::int64_t step, int stream, std::int64_t first,
                         std::int64_t n, Use&& use) {
  Words words = {};
  for (std::int64_t i = first; i < first + n; ++i) {
    if (i == first || i % 4 == 0) {
      words = philox({{static_cast<std::uint32_t>(i / 4), static_cast<std::uint32_t>(stream),
                       static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(step >> 32)}},
                     static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32));
    }
    use(i - first, words.at[i % 4]);
  }
}

}  // namespace chainrule::CHAINRULE_ISA
