// What the kernels offer, whatever the instruction set: plain structs, no Python, no containers.
//
// Shapes: X (rows, inputs), Y (rows, outputs), theta (n_parameters), all row-major and without
// padding. theta holds, layer after layer, the kernel (inputs, units) and then the bias (units).
#pragma once

#include <cstdint>

namespace chainrule {

struct DenseLayer {
  std::int64_t inputs;
  std::int64_t units;
  int activation;  // a row of kActivations
  bool use_bias;
};

struct Program {
  const DenseLayer* layers;
  int n_layers;
  int loss;       // a row of kLosses
  int optimizer;  // a row of kOptimizers
  double learning_rate;
};

template <class T>
struct Data {
  const T* X;
  const T* Y;
  std::int64_t rows;
};

enum class Status { done, interrupted, no_memory };

// Asked now and then during long work; true means: stop, and leave everything usable.
struct Watch {
  bool (*interrupted)(void* context);
  void* context;
};

template <class T>
struct Training {
  T* theta;
  Data<T> data;
  Data<T> validation;         // rows = 0 when there is none
  const std::int64_t* order;  // (epochs, rows), or null: first to last
  std::int64_t epochs;
  std::int64_t batch_size;
  double* loss;             // (epochs)
  double* validation_loss;  // (epochs), written only if there is validation data
  std::int64_t* epochs_done;
  std::int64_t* steps_done;
};

template <class T>
struct Entry {
  Status (*forward)(const Program&, const T* theta, const T* X, std::int64_t rows, T* A, Watch);
  Status (*evaluate)(const Program&, const T* theta, Data<T>, double* loss, Watch);
  Status (*value_and_gradient)(const Program&, const T* theta, Data<T>, double* loss, T* gradient,
                               Watch);
  Status (*train)(const Program&, Training<T>, Watch);
};

// The rows of one table (activations.hpp, losses.hpp, optimizers.hpp), by name.
struct Names {
  const char* const* rows;
  int count;
};

// All that one instruction set's build offers.
struct Kernels {
  const char* isa;
  Entry<float> f32;
  Entry<double> f64;
  Names activations;
  Names losses;
  Names optimizers;
};

}  // namespace chainrule
