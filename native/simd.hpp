// Vectors of one instruction set, by the compiler's vector extension: no intrinsics.
//
// Everything here lies in a namespace of the instruction set's name, because this code is compiled
// several times with different flags and the linker must never merge two of the results.
#pragma once

#include <cstdint>
#include <utility>

#if !defined(CHAINRULE_ISA)
#define CHAINRULE_ISA native  // for editors; the build always sets it
#endif

namespace chainrule::CHAINRULE_ISA {

#if defined(__AVX512F__)
#if defined(CHAINRULE_VECTOR_BYTES)  // v4_256: see dispatch.cpp
constexpr int kVectorBytes = CHAINRULE_VECTOR_BYTES;
#else
constexpr int kVectorBytes = 64;
#endif
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
inline Vec<T> load(const T* p) {
  return *reinterpret_cast<const typename Types<T>::Loose*>(p);
}

template <class T>
inline void store(T* p, Vec<T> v) {
  *reinterpret_cast<typename Types<T>::Loose*>(p) = v;
}

template <class T>
inline Vec<T> broadcast(T x) {
  return x - Vec<T>{};  // x - 0 keeps every x, -0 included; x + 0 would not
}

// Lanes 0 .. n - 1 of v, zero in the others.
template <class T>
inline Vec<T> first_lanes(Vec<T> v, std::int64_t n) {
  IntVec<T> lane;
  for (int k = 0; k < kLanes<T>; ++k) lane[k] = static_cast<typename Types<T>::Int>(k);
  return lane < static_cast<typename Types<T>::Int>(n) ? v : Vec<T>{};
}

template <class T>
inline Vec<T> greater(Vec<T> a, Vec<T> b) {
  return a > b ? a : b;
}

// -1, 0 or 1; 0 for NaN.
template <class T>
inline Vec<T> sign(Vec<T> x) {
  const Vec<T> zero = {};
  return x > zero ? broadcast(T(1)) : x < zero ? broadcast(T(-1)) : zero;
}

template <class T>
inline Vec<T> sqrt(Vec<T> x) {
  for (int k = 0; k < kLanes<T>; ++k) x[k] = __builtin_sqrt(x[k]);
  return x;
}
template <>
inline Vec<float> sqrt<float>(Vec<float> x) {
  for (int k = 0; k < kLanes<float>; ++k) x[k] = __builtin_sqrtf(x[k]);
  return x;
}

template <class T>
inline T sum_of_lanes(Vec<T> v) {
  T sum = 0;
  for (int k = 0; k < kLanes<T>; ++k) sum += v[k];
  return sum;
}

// One step of adding up the lanes of several vectors at once. Where bit `Step` of the lane number
// is clear the result is a[k] + a[k + Step], where it is set it is b[k] + b[k - Step].
template <int Step, class T, std::size_t... k>
inline Vec<T> add_neighbours(Vec<T> a, Vec<T> b, std::index_sequence<k...>) {
  constexpr int L = kLanes<T>;
  const Vec<T> own = __builtin_shufflevector(a, b, (k & Step ? L + k : k)...);
  const Vec<T> other = __builtin_shufflevector(a, b, (k & Step ? L + (k ^ Step) : (k ^ Step))...);
  return own + other;
}

// Lane k of the result is the sum of all lanes of v[k]; v holds as many vectors as one has lanes.
template <class T, int Step = 1>
inline Vec<T> sums_of(Vec<T>* v) {
  constexpr int L = kLanes<T>;
  if constexpr (Step == L) {
    return v[0];
  } else {
    for (int i = 0; i < L; i += 2 * Step) {
      v[i] = add_neighbours<Step, T>(v[i], v[i + Step], std::make_index_sequence<L>());
    }
    return sums_of<T, 2 * Step>(v);
  }
}

}  // namespace chainrule::CHAINRULE_ISA
