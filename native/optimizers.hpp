// Optimisers: how a gradient changes the parameters, and the slots that each carries along.
//
// A row here has a row of the same name in src/chainrule/optimizers/, and reads its settings in
// the order of the fields there. It is made once a step, so that what all parameters share is
// computed once, in double; then it is applied to vectors: w (weights), g (gradient), s (slots),
// and the length of the step: the row's own `rate`, or a vector of it where each lane has another.
// For that, `rate` grows with the learning rate, and nothing else in a row depends on it.
#pragma once

#include <cmath>

#include "row_losses.hpp"

namespace chainrule::CHAINRULE_ISA {

// Gradient descent with momentum (Polyak 1964) or Nesterov's (1983). Settings: momentum, nesterov.
template <class T>
struct Sgd {
  static constexpr const char* kName = "sgd";
  T rate, momentum;
  bool nesterov;
  Sgd(const double* settings, double learning_rate, std::int64_t /*t*/)
      : rate(static_cast<T>(learning_rate)),
        momentum(static_cast<T>(settings[0])),
        nesterov(settings[1] != 0) {}
  template <class Rate>
  void operator()(Vec<T>& w, Vec<T> g, Vec<T>* s, Rate rate) const {
    if (momentum == 0) {
      w -= rate * g;
      return;
    }
    s[0] = momentum * s[0] - rate * g;
    w += nesterov ? momentum * s[0] - rate * g : s[0];
  }
};

// Tieleman and Hinton, 2012. Settings: rho, momentum, epsilon, centered. Slots: velocity, then the
// mean gradient if centered, then the momentum's if there is one.
template <class T>
struct RmsProp {
  static constexpr const char* kName = "rmsprop";
  T rate, rho, momentum, epsilon;
  bool centered;
  RmsProp(const double* settings, double learning_rate, std::int64_t /*t*/)
      : rate(static_cast<T>(learning_rate)),
        rho(static_cast<T>(settings[0])),
        momentum(static_cast<T>(settings[1])),
        epsilon(static_cast<T>(settings[2])),
        centered(settings[3] != 0) {}
  template <class Rate>
  void operator()(Vec<T>& w, Vec<T> g, Vec<T>* s, Rate rate) const {
    s[0] = rho * s[0] + (1 - rho) * g * g;
    Vec<T> square = s[0];
    Vec<T>* moving = s + 1;
    if (centered) {
      *moving = rho * *moving + (1 - rho) * g;
      square = greater<T>(square - *moving * *moving, Vec<T>{});  // rounding may make it negative
      ++moving;
    }
    const Vec<T> step = rate * g / sqrt<T>(square + epsilon);
    if (momentum == 0) {
      w -= step;
    } else {
      *moving = momentum * *moving + step;
      w -= *moving;
    }
  }
};

// Kingma and Ba, 2015; AMSGrad: Reddi et al., 2018. Settings: beta_1, beta_2, epsilon, amsgrad.
template <class T>
struct Adam {
  static constexpr const char* kName = "adam";
  T keep_1, keep_2, epsilon, rate;
  bool amsgrad;
  Adam(const double* settings, double learning_rate, std::int64_t t)
      : keep_1(static_cast<T>(1 - settings[0])),
        keep_2(static_cast<T>(1 - settings[1])),
        epsilon(static_cast<T>(settings[2])),
        rate(static_cast<T>(learning_rate *
                            std::sqrt(1 - std::pow(settings[1], static_cast<double>(t))) /
                            (1 - std::pow(settings[0], static_cast<double>(t))))),
        amsgrad(settings[3] != 0) {}
  template <class Rate>
  void operator()(Vec<T>& w, Vec<T> g, Vec<T>* s, Rate rate) const {
    s[0] += (g - s[0]) * keep_1;
    s[1] += (g * g - s[1]) * keep_2;
    if (amsgrad) s[2] = greater<T>(s[2], s[1]);
    w -= s[0] * rate / (sqrt<T>(amsgrad ? s[2] : s[1]) + epsilon);
  }
};

// Loshchilov and Hutter, 2019: Adam, with the decay of weights that every optimiser here may have.
template <class T>
struct AdamW : Adam<T> {
  static constexpr const char* kName = "adamw";
  using Adam<T>::Adam;
};

// Kingma and Ba, 2015, section 7. Settings: beta_1, beta_2, epsilon.
template <class T>
struct Adamax {
  static constexpr const char* kName = "adamax";
  T keep_1, beta_2, epsilon, rate;
  Adamax(const double* settings, double learning_rate, std::int64_t t)
      : keep_1(static_cast<T>(1 - settings[0])),
        beta_2(static_cast<T>(settings[1])),
        epsilon(static_cast<T>(settings[2])),
        rate(static_cast<T>(learning_rate / (1 - std::pow(settings[0], static_cast<double>(t))))) {}
  template <class Rate>
  void operator()(Vec<T>& w, Vec<T> g, Vec<T>* s, Rate rate) const {
    s[0] += (g - s[0]) * keep_1;
    s[1] = greater<T>(beta_2 * s[1], abs<T>(g));
    w -= rate * s[0] / (s[1] + epsilon);
  }
};

// Dozat, 2016, with Keras's schedule of the momentum. Settings: beta_1, beta_2, epsilon.
template <class T>
struct Nadam {
  static constexpr const char* kName = "nadam";
  T keep_1, keep_2, epsilon, of_momentum, of_gradient, of_square, rate;
  Nadam(const double* settings, double learning_rate, std::int64_t t)
      : keep_1(static_cast<T>(1 - settings[0])),
        keep_2(static_cast<T>(1 - settings[1])),
        epsilon(static_cast<T>(settings[2])),
        rate(static_cast<T>(learning_rate)) {
    const auto u = [&](std::int64_t i) {
      return settings[0] * (1 - 0.5 * std::pow(0.96, static_cast<double>(i)));
    };
    double product = 1;  // vanishes in a few thousand steps, and with it all that is left of it
    for (std::int64_t i = 1; i <= t && product > 0; ++i) product *= u(i);
    of_momentum = static_cast<T>(u(t + 1) / (1 - product * u(t + 1)));
    of_gradient = static_cast<T>((1 - u(t)) / (1 - product));
    of_square = static_cast<T>(1 / (1 - std::pow(settings[1], static_cast<double>(t))));
  }
  template <class Rate>
  void operator()(Vec<T>& w, Vec<T> g, Vec<T>* s, Rate rate) const {
    s[0] += (g - s[0]) * keep_1;
    s[1] += (g * g - s[1]) * keep_2;
    const Vec<T> direction = of_momentum * s[0] + of_gradient * g;
    w -= rate * direction / (sqrt<T>(of_square * s[1]) + epsilon);
  }
};

// Duchi, Hazan and Singer, 2011. Settings: initial_accumulator (made by Python), epsilon.
template <class T>
struct Adagrad {
  static constexpr const char* kName = "adagrad";
  T rate, epsilon;
  Adagrad(const double* settings, double learning_rate, std::int64_t /*t*/)
      : rate(static_cast<T>(learning_rate)), epsilon(static_cast<T>(settings[1])) {}
  template <class Rate>
  void operator()(Vec<T>& w, Vec<T> g, Vec<T>* s, Rate rate) const {
    s[0] += g * g;
    w -= rate * g / sqrt<T>(s[0] + epsilon);
  }
};

// Zeiler, 2012. Settings: rho, epsilon.
template <class T>
struct Adadelta {
  static constexpr const char* kName = "adadelta";
  T rate, rho, epsilon;
  Adadelta(const double* settings, double learning_rate, std::int64_t /*t*/)
      : rate(static_cast<T>(learning_rate)),
        rho(static_cast<T>(settings[0])),
        epsilon(static_cast<T>(settings[1])) {}
  template <class Rate>
  void operator()(Vec<T>& w, Vec<T> g, Vec<T>* s, Rate rate) const {
    s[0] = rho * s[0] + (1 - rho) * g * g;
    const Vec<T> step = sqrt<T>(s[1] + epsilon) / sqrt<T>(s[0] + epsilon) * g;
    s[1] = rho * s[1] + (1 - rho) * step * step;
    w -= rate * step;
  }
};

// Chen et al., Symbolic Discovery of Optimization Algorithms, 2023. Settings: beta_1, beta_2.
template <class T>
struct Lion {
  static constexpr const char* kName = "lion";
  T rate, beta_1, beta_2;
  Lion(const double* settings, double learning_rate, std::int64_t /*t*/)
      : rate(static_cast<T>(learning_rate)),
        beta_1(static_cast<T>(settings[0])),
        beta_2(static_cast<T>(settings[1])) {}
  template <class Rate>
  void operator()(Vec<T>& w, Vec<T> g, Vec<T>* s, Rate rate) const {
    const Vec<T> direction = beta_1 * s[0] + (1 - beta_1) * g;
    w -= rate * sign<T>(direction);
    s[0] = beta_2 * s[0] + (1 - beta_2) * g;
  }
};

constexpr int kMostSlots = 3;  // of any row above

template <class T>
using Optimizers = List<Sgd<T>, RmsProp<T>, Adam<T>, AdamW<T>, Adamax<T>, Nadam<T>, Adagrad<T>,
                        Adadelta<T>, Lion<T>>;

}  // namespace chainrule::CHAINRULE_ISA
