// Activations: A = f(Z), and beside each its derivative f'(Z), given A = f(Z) alone where that will
// do, for then a layer need not keep Z, or else Z and A.
//
// A row here has a row of the same name in src/chainrule/activations/. To add one, write its
// struct and put it into the list at the end. alpha is the one parameter that a row may have; the
// rows without one are given it as well. At a kink the derivative is that of its lower or outer
// side.
#pragma once

#include "activations_gelu.hpp"
#include "activations_row.hpp"
#include "activations_shrink.hpp"
#include "table.hpp"

namespace chainrule::CHAINRULE_ISA {

// z, but at least low and at most high; NaN stays NaN.
template <class T>
inline Vec<T> between(Vec<T> z, T low, T high) {
  return z <= low ? broadcast(low) : z >= high ? broadcast(high) : z;
}

struct Linear {  // z
  static constexpr const char* kName = "linear";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return z;
  }
  template <class T>
  static Vec<T> derivative(Vec<T> /*a*/, T /*alpha*/) {
    return broadcast(T(1));
  }
};

struct Sigmoid {  // 1 / (1 + exp(-z))
  static constexpr const char* kName = "sigmoid";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return sigmoid<T>(z);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> a, T /*alpha*/) {
    return a * (T(1) - a);
  }
};

struct Tanh {  // tanh(z)
  static constexpr const char* kName = "tanh";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return tanh<T>(z);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> a, T /*alpha*/) {
    return T(1) - a * a;
  }
};

struct Relu {  // max(z, 0)
  static constexpr const char* kName = "relu";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return z <= T(0) ? Vec<T>{} : z;  // NaN stays NaN
  }
  template <class T>
  static Vec<T> derivative(Vec<T> a, T /*alpha*/) {
    return a > T(0) ? broadcast(T(1)) : Vec<T>{};
  }
};

struct Relu6 {  // min(max(z, 0), 6)
  static constexpr const char* kName = "relu6";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return between<T>(z, 0, 6);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> a, T /*alpha*/) {
    return ((a > T(0)) & (a < T(6))) ? broadcast(T(1)) : Vec<T>{};
  }
};

struct LeakyRelu {  // z for z > 0, else alpha z
  static constexpr const char* kName = "leaky_relu";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T alpha) {
    return z > T(0) ? z : alpha * z;
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T alpha) {
    return z > T(0) ? broadcast(T(1)) : broadcast(alpha);
  }
};

struct Elu {  // z for z > 0, else alpha (exp(z) - 1)
  static constexpr const char* kName = "elu";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T alpha) {
    return z > T(0) ? z : alpha * expm1<T>(z);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> a, T alpha) {
    return z > T(0) ? broadcast(T(1)) : a + alpha;  // alpha exp(z)
  }
};

struct Selu {  // scale z for z > 0, else scale alpha (exp(z) - 1), its own two constants
  static constexpr const char* kName = "selu";
  static constexpr bool kRowWise = false;
  static constexpr double kScale = 1.0507009873554804934193349852946;
  static constexpr double kScaledAlpha = kScale * 1.6732632423543772848170429916717;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return z > T(0) ? T(kScale) * z : T(kScaledAlpha) * expm1<T>(z);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> a, T /*alpha*/) {
    return a > T(0) ? broadcast(T(kScale)) : a + T(kScaledAlpha);
  }
};

struct Silu {  // z s with s = sigmoid(z); its derivative is s + z s (1 - s)
  static constexpr const char* kName = "silu";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return not_endless<T>(z) * sigmoid<T>(z);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> a, T /*alpha*/) {
    const Vec<T> s = sigmoid<T>(z);
    return s + (a > T(1e4) ? Vec<T>{} : a * (T(1) - s));  // 1 - s is 0 there, and a may be inf
  }
};

struct Softplus {  // log(1 + exp(z))
  static constexpr const char* kName = "softplus";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return softplus<T>(z);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T /*alpha*/) {
    return sigmoid<T>(z);
  }
};

struct Softsign {  // z / (1 + |z|)
  static constexpr const char* kName = "softsign";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    const Vec<T> size = abs<T>(z);
    // Far out it is the sign, where inf / inf would be NaN; NaN goes the first way.
    return size >= T(1e30) ? sign<T>(z) : z / (T(1) + size);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T /*alpha*/) {
    const Vec<T> i = T(1) / (T(1) + abs<T>(z));
    return i * i;
  }
};

struct HardSigmoid {  // relu6(z + 3) / 6
  static constexpr const char* kName = "hard_sigmoid";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return between<T>(z + T(3), 0, 6) / T(6);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T /*alpha*/) {
    return ((z > T(-3)) & (z < T(3))) ? broadcast(T(1) / T(6)) : Vec<T>{};
  }
};

struct Exponential {  // exp(z)
  static constexpr const char* kName = "exponential";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return exp<T>(z);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> a, T /*alpha*/) {
    return a;
  }
};

// z tanh(softplus(z)) = z n / (n + 2) with e = exp(z), n = e (e + 2), so that nothing cancels. Its
// derivative is n / (n + 2) + z 4 e (e + 1) / (n + 2)^2. From z = 40 on they are z and 1.
struct Mish {
  static constexpr const char* kName = "mish";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    const Vec<T> e = exp_below_most<T>(z > T(40) ? broadcast(T(40)) : z);
    const Vec<T> n = e * (e + T(2));
    return not_endless<T>(z) * (n / (n + T(2)));
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T /*alpha*/) {
    const Vec<T> limited = not_endless<T>(z > T(40) ? broadcast(T(40)) : z);
    const Vec<T> e = exp_below_most<T>(limited);
    const Vec<T> n = e * (e + T(2));
    const Vec<T> i = T(1) / (n + T(2));
    return n * i + limited * ((T(2) * e * i) * (T(2) * (e + T(1)) * i));
  }
};

struct Celu {  // z for z > 0, else alpha (exp(z / alpha) - 1)
  static constexpr const char* kName = "celu";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T alpha) {
    return z > T(0) ? z : alpha * expm1<T>(z / alpha);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> a, T alpha) {
    return z > T(0) ? broadcast(T(1)) : a / alpha + T(1);  // exp(z / alpha)
  }
};

struct HardTanh {  // min(max(z, -1), 1)
  static constexpr const char* kName = "hard_tanh";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return between<T>(z, -1, 1);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> a, T /*alpha*/) {
    return ((a > T(-1)) & (a < T(1))) ? broadcast(T(1)) : Vec<T>{};
  }
};

struct HardSilu {  // z hard_sigmoid(z)
  static constexpr const char* kName = "hard_silu";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T alpha) {
    return not_endless<T>(z) * HardSigmoid::value<T>(z, alpha);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T /*alpha*/) {
    const Vec<T> high = z >= T(3) ? broadcast(T(1)) : (T(2) * z + T(3)) / T(6);
    return z <= T(-3) ? Vec<T>{} : high;
  }
};

struct LogSigmoid {  // log(sigmoid(z)) = -softplus(-z)
  static constexpr const char* kName = "log_sigmoid";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    return -softplus<T>(-z);
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T /*alpha*/) {
    return sigmoid<T>(-z);
  }
};

// (z + s) / 2 with s = sqrt(z^2 + 4), which is 2 / (s - z). Its derivative is a / s. From 1e9 on s
// is |z|.
struct Squareplus {
  static constexpr const char* kName = "squareplus";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> root(Vec<T> z) {
    const auto far = abs<T>(z) > T(1e9);
    const Vec<T> x = far ? Vec<T>{} : z;
    return far ? abs<T>(z) : sqrt<T>(x * x + T(4));
  }
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    const Vec<T> half = T(0.5) * root<T>(z) + T(0.5) * abs<T>(z);
    return z < T(0) ? T(1) / half : half;
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> a, T /*alpha*/) {
    return z > T(1e9) ? broadcast(T(1)) : a / root<T>(z);
  }
};

struct SparsePlus {  // 0 up to z = -1, z from 1 on, and (z + 1)^2 / 4 between
  static constexpr const char* kName = "sparse_plus";
  static constexpr bool kRowWise = false;
  template <class T>
  static Vec<T> value(Vec<T> z, T /*alpha*/) {
    const Vec<T> half = T(0.5) * (between<T>(z, -1, 1) + T(1));
    return z >= T(1) ? z : half * half;
  }
  template <class T>
  static Vec<T> derivative(Vec<T> z, Vec<T> /*a*/, T /*alpha*/) {
    return T(0.5) * (between<T>(z, -1, 1) + T(1));
  }
};

using Activations =
    List<Linear, Sigmoid, Tanh, Relu, Relu6, LeakyRelu, Elu, Selu, Gelu, GeluTanh, Silu, Softplus,
         Softsign, HardSigmoid, Exponential, Mish, Softmax, LogSoftmax, Celu, HardTanh, HardSilu,
         LogSigmoid, Squareplus, SparsePlus, TanhShrink, SoftShrink, HardShrink>;

// Does the way back of this row need A alone? A whole row's does.
template <class F>
constexpr bool kFromA =
    F::kRowWise || requires(Vec<float> a) { F::template derivative<float>(a, 0); };

template <class F, class T>
CHAINRULE_INLINE inline Vec<T> derivative_of(Vec<T> z, Vec<T> a, T alpha) {
  if constexpr (kFromA<F>) {
    return F::template derivative<T>(a, alpha);
  } else {
    return F::template derivative<T>(z, a, alpha);
  }
}

}  // namespace chainrule::CHAINRULE_ISA
