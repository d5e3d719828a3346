// What the kernels offer, whatever the instruction set: plain structs, no Python, no containers.
//
// Shapes: X (rows, inputs), Y (rows, targets), theta (n_parameters), all row-major and without
// padding. theta holds, layer after layer, each parameter (block) row by row.
#pragma once

#include <cstdint>

namespace chainrule {

enum class Kind : int {
  dense,
  activation,
  prelu,
  dropout,
  gaussian_noise,
  batch_norm,
  layer_norm,
  rescaling
};

// One array of parameters: a kernel (rows, columns), or a vector (1, columns).
struct Block {
  std::int64_t start;  // in theta
  std::int64_t rows, columns;
  bool trainable;
  double l1, l2;
  double max_norm;  // 0: none
};

struct Stage {
  Kind kind;
  std::int64_t inputs, units;
  int activation;  // a row of Activations; for a kind without one: linear
  double alpha;
  int first_block, n_blocks;
  // dropout: rate; gaussian_noise: standard deviation; batch_norm: momentum, epsilon, 1 if
  // trainable; layer_norm: epsilon; rescaling: scale, offset and shift of `units` each
  const double* settings;
  int stream;  // the number of the layer, for random numbers
};

struct Program {
  const Stage* stages;
  int n_stages;
  const Block* blocks;
  int n_blocks;
  std::int64_t targets;  // columns of Y
  int loss;              // a row of Losses
  bool mean;             // the loss of a batch is the mean over its samples; else their sum
  bool on_logits;        // the loss is computed from the last Z, its gradient is dL/dZ
  const double* loss_parameters;
  int optimizer;           // a row of Optimizers
  const double* settings;  // its own, in the order of its fields in Python
  int n_slots;             // its own, without the moving average
  double weight_decay;
  double clip_value, clip_norm, global_clip_norm;  // 0: none
  double ema_momentum;                             // negative: none; its slot is the last
  const int* measures;  // rows of Measures, to be counted beside the loss
  int n_measures;
  bool plain;  // gradient descent and nothing else, on parameters that are all trainable
};

template <class T>
struct Data {
  const T* X;
  const T* Y;
  const T* weight;  // (rows), or null
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
  T* slots;  // (slots, n_parameters)
  std::int64_t n_parameters;
  Data<T> data;
  Data<T> validation;         // rows = 0 when there is none
  const std::int64_t* order;  // (epochs, samples), or null: first to last
  std::int64_t samples;       // of an epoch; as many as data.rows if there is no order
  std::int64_t epochs;
  std::int64_t batch_size;
  const double* rates;  // the learning rate of each step, in order; or one for all of them
  bool one_rate;
  std::uint64_t key;            // of the random numbers
  std::int64_t first_step;      // how many steps were made before
  double* loss;                 // (epochs)
  double* measures;             // (epochs, n_measures)
  double* validation_measures;  // the same, written only if there is validation data
  double* validation_loss;      // (epochs), written only if there is validation data
  std::int64_t* epochs_done;
  std::int64_t* steps_done;
  T* outputs = nullptr;  // (epochs, samples, outputs), as the samples were met; null: not wanted
};

// Networks of one program, each trained as if it were alone.
template <class T>
struct ManyTrainings {
  T* thetas;  // (networks, n_parameters)
  T* slots;   // (networks, slots, n_parameters)
  std::int64_t networks, n_parameters;
  Data<T> data;               // the same for all
  const std::int64_t* order;  // (epochs, rows); null: first to last
  bool own_orders;            // (networks, epochs, rows) instead
  std::int64_t epochs;
  std::int64_t batch_size;
  const double* rates;  // the learning rate of each step, in order; or one for all of them
  bool one_rate;
  bool own_rates;             // one for each network instead
  const std::uint64_t* keys;  // (networks)
  std::int64_t first_step;
  double* loss;      // (networks, epochs)
  double* measures;  // (networks, epochs, n_measures)
  int threads;       // at most
};

template <class T>
struct Entry {
  Status (*forward)(const Program&, const T* theta, const T* X, std::int64_t rows, T* A,
                    int threads, Watch);
  Status (*evaluate)(const Program&, const T* theta, Data<T>, double* loss, int threads, Watch);
  Status (*value_and_gradient)(const Program&, const T* theta, Data<T>, std::uint64_t key,
                               std::int64_t step, double* loss, T* gradient, int threads, Watch);
  Status (*train)(const Program&, Training<T>, int threads, Watch);
  Status (*train_many)(const Program&, ManyTrainings<T>, Watch);
  // y = f(x) for a vector function by name, for the tests of its accuracy; false: no such function.
  bool (*apply)(const char* name, const T* x, T* y, std::int64_t n);
};

// The rows of one table (activations.hpp, losses.hpp, optimizers.hpp, measures.hpp), by name.
struct Names {
  const char* const* rows;
  const bool* sparse;  // whether a row takes targets that are numbers of classes
  int count;
};

// All that one instruction set's build offers.
struct Kernels {
  const char* isa;
  Entry<float> f32;
  Entry<double> f64;
  // Does train_many() put networks of this program, with so many parameters, into vector lanes?
  bool (*in_lanes)(const Program&, std::int64_t n_parameters);
  Names activations;
  Names losses;
  Names optimizers;
  Names measures;
};

}  // namespace chainrule
