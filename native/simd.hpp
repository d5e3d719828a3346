// Vectors of one instruction set, by the compiler's vector extension: no intrinsics.
//
// Everything here lies in a namespace of the instruction set's name, because this code is compiled
// several times with different flags and the linker must never merge two of the results.
#pragma once

#include <cstdint>
#include <cstring>
#include <utility>

#if !defined(CHAINRULE_ISA)
#define CHAINRULE_ISA native  // for editors; the build always sets it
#endif

namespace chainrule::CHAINRULE_ISA {

// In a function of many loops the compiler runs out of patience, and of registers: loops that must
// be fast are functions apart, and what is in them is inlined without asking.
#define CHAINRULE_INLINE __attribute__((always_inline))
#define CHAINRULE_APART __attribute__((noinline))

// Calls use(k) for k = 0 .. N - 1, each a constant: no loop is left, so that arrays indexed by k
// can be registers.
template <int N, class Use>
CHAINRULE_INLINE inline void unrolled(Use&& use) {
  [&]<int... k>(std::integer_sequence<int, k...>) CHAINRULE_INLINE {
    (use(std::integral_constant<int, k>()), ...);
  }(std::make_integer_sequence<int, N>());
}

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
constexpr int kRegisters = 32;
#elif defined(__AVX2__)
constexpr int kVectorBytes = 32;
constexpr int kRegisters = 16;
#elif defined(__aarch64__)
constexpr int kVectorBytes = 16;
constexpr int kRegisters = 32;
#else
constexpr int kVectorBytes = 16;
constexpr int kRegisters = 16;
#endif

template <class T>
struct Types;
template <>
struct Types<float> {
  using Int = std::int32_t;
  typedef float Vec __attribute__((vector_size(kVectorBytes)));
  typedef float Loose __attribute__((vector_size(kVectorBytes), aligned(4), may_alias));
  typedef std::int32_t IntVec __attribute__((vector_size(kVectorBytes)));
};
template <>
struct Types<double> {
  using Int = std::int64_t;
  typedef double Vec __attribute__((vector_size(kVectorBytes)));
  typedef double Loose __attribute__((vector_size(kVectorBytes), aligned(8), may_alias));
  typedef std::int64_t IntVec __attribute__((vector_size(kVectorBytes)));
};

template <class T>
using Vec = typename Types<T>::Vec;
template <class T>
using IntVec = typename Types<T>::IntVec;

template <class T>
constexpr int kLanes = kVectorBytes / static_cast<int>(sizeof(T));

template <class T>
CHAINRULE_INLINE inline Vec<T> load(const T* p) {
  return *reinterpret_cast<const typename Types<T>::Loose*>(p);
}

template <class T>
CHAINRULE_INLINE inline void store(T* p, Vec<T> v) {
  *reinterpret_cast<typename Types<T>::Loose*>(p) = v;
}

template <class T>
CHAINRULE_INLINE inline Vec<T> broadcast(T x) {
  return x - Vec<T>{};  // x - 0 keeps every x, -0 included; x + 0 would not
}

// 0, 1, 2, ...
template <class T>
CHAINRULE_INLINE inline Vec<T> lane_numbers() {
  Vec<T> numbers;
  for (int k = 0; k < kLanes<T>; ++k) numbers[k] = static_cast<T>(k);
  return numbers;
}

// Lanes 0 .. n - 1 of v, and those of `others` beyond.
template <class T>
CHAINRULE_INLINE inline Vec<T> first_lanes(Vec<T> v, std::int64_t n, Vec<T> others = Vec<T>{}) {
  IntVec<T> lane;
  for (int k = 0; k < kLanes<T>; ++k) lane[k] = static_cast<typename Types<T>::Int>(k);
  return lane < static_cast<typename Types<T>::Int>(n) ? v : others;
}

template <class T>
CHAINRULE_INLINE inline Vec<T> greater(Vec<T> a, Vec<T> b) {
  return a > b ? a : b;
}

// -1, 0 or 1; 0 for NaN.
template <class T>
CHAINRULE_INLINE inline Vec<T> sign(Vec<T> x) {
  const Vec<T> zero = {};
  return x > zero ? broadcast(T(1)) : x < zero ? broadcast(T(-1)) : zero;
}

// Of an array, which the compiler turns into one instruction; of the lanes of a vector it would
// not.
template <class T>
CHAINRULE_INLINE inline Vec<T> sqrt(Vec<T> x) {
  alignas(kVectorBytes) T lanes[kLanes<T>];
  store(lanes, x);
  for (int k = 0; k < kLanes<T>; ++k) {
    lanes[k] = sizeof(T) == 4 ? __builtin_sqrtf(lanes[k]) : __builtin_sqrt(lanes[k]);
  }
  return load(lanes);
}

// n numbers, fewer than twice Width: the first Width and the last, which may overlap.
template <int Width, class T>
CHAINRULE_INLINE inline void copy_few(const T* from, T* to, std::int64_t n) {
  if constexpr (Width > 0) {
    if (n < Width) return copy_few<Width / 2>(from, to, n);
    T first[Width], last[Width];
    std::memcpy(first, from, sizeof(first));
    std::memcpy(last, from + n - Width, sizeof(last));
    std::memcpy(to, first, sizeof(first));
    std::memcpy(to + n - Width, last, sizeof(last));
  }
}

// n numbers. Few at a time as a rule, so that a call of memcpy would cost more than they do.
template <class T>
CHAINRULE_INLINE inline void copy(const T* from, T* to, std::int64_t n) {
  constexpr int L = kLanes<T>;
  if (n < L) return copy_few<L / 2>(from, to, n);
  for (std::int64_t k = 0; k + L <= n; k += L) store(to + k, load(from + k));
  store(to + n - L, load(from + n - L));
}

// Asks for n numbers that will be read soon.
template <class T>
CHAINRULE_INLINE inline void fetch(const T* from, std::int64_t n) {
  for (std::int64_t k = 0; k < n; k += 64 / sizeof(T)) __builtin_prefetch(from + k);
}

// The same to the second cache only: more can be under way to it at a time.
template <class T>
CHAINRULE_INLINE inline void fetch_far(const T* from, std::int64_t n) {
  for (std::int64_t k = 0; k < n; k += 64 / sizeof(T)) __builtin_prefetch(from + k, 0, 2);
}

// Lane k of the result is lane k ^ Step of v.
template <int Step, class V, std::size_t... k>
CHAINRULE_INLINE inline V exchanged(V v, std::index_sequence<k...>) {
  return __builtin_shufflevector(v, v, (k ^ Step)...);
}

// combine(lanes) over all lanes in a tree, in every lane of the result. V: Vec<T> or IntVec<T>.
template <class T, int Step = kLanes<T> / 2, class V, class Combine>
CHAINRULE_INLINE inline V over_lanes(V v, Combine&& combine) {
  if constexpr (Step == 0) {
    return v;
  } else {
    v = combine(v, exchanged<Step>(v, std::make_index_sequence<kLanes<T>>()));
    return over_lanes<T, Step / 2>(v, combine);
  }
}

template <class T>
CHAINRULE_INLINE inline T sum_of_lanes(Vec<T> v) {
  return over_lanes<T>(v, [](Vec<T> a, Vec<T> b) { return a + b; })[0];
}

template <class T>
CHAINRULE_INLINE inline Vec<T> greatest_lane(Vec<T> v) {
  return over_lanes<T>(v, greater<T>);
}

// One step of combining the lanes of several vectors at once, by adding them say. Where bit `Step`
// of the lane number is clear the result is a[k] + a[k + Step], else it is b[k] + b[k - Step].
template <int Step, class T, class Combine, std::size_t... k>
CHAINRULE_INLINE inline Vec<T> with_neighbours(Vec<T> a, Vec<T> b, Combine&& combine,
                                               std::index_sequence<k...>) {
  constexpr int L = kLanes<T>;
  const Vec<T> own = __builtin_shufflevector(a, b, (k & Step ? L + k : k)...);
  const Vec<T> other = __builtin_shufflevector(a, b, (k & Step ? L + (k ^ Step) : (k ^ Step))...);
  return combine(own, other);
}

// Lane k of the result is all lanes of v[k] combined; v, which is overwritten, holds as many
// vectors as one has lanes.
template <class T, int Step = 1, class Combine>
CHAINRULE_INLINE inline Vec<T> over_lanes_of(Vec<T>* v, Combine&& combine) {
  constexpr int L = kLanes<T>;
  if constexpr (Step == L) {
    return v[0];
  } else {
    for (int i = 0; i < L; i += 2 * Step) {
      v[i] = with_neighbours<Step, T>(v[i], v[i + Step], combine, std::make_index_sequence<L>());
    }
    return over_lanes_of<T, 2 * Step>(v, combine);
  }
}

template <class T>
CHAINRULE_INLINE inline Vec<T> sums_of(Vec<T>* v) {
  return over_lanes_of<T>(v, [](Vec<T> a, Vec<T> b) { return a + b; });
}

}  // namespace chainrule::CHAINRULE_ISA
