// Activations: A = f(Z), and beside each its derivative f'(Z), given Z and A = f(Z).
//
// A row here has a row of the same name in src/chainrule/activations.py. To add one, write its
// struct and put it into the list at the end.
#pragma once

#include "math.hpp"

namespace chainrule::CHAINRULE_ISA {

struct Linear {
  static constexpr const char* kName = "linear";
  template <class T>
  static Vec<T> value(Vec<T> z) {
    return z;
  }
  template <class T>
  static Vec<T> derivative(Vec<T> /*z*/, Vec<T> /*a*/) {
    return broadcast(T(1));
  }
};

struct Sigmoid {
  static constexpr const char* kName = "sigmoid";
  template <class T>
  static Vec<T> value(Vec<T> z) {
    const Vec<T> t = exp_below_most<T>(-abs<T>(z));
    return (z < T(0) ? t : broadcast(T(1))) / (T(1) + t);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> /*z*/, Vec<T> a) {
    return a * (T(1) - a);
  }
};

template <class... Rows>
struct List {};

using Activations = List<Linear, Sigmoid>;

}  // namespace chainrule::CHAINRULE_ISA
