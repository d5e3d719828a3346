// A program as Python describes it, checked, in the form of one instruction set's kernels.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "dispatch.hpp"
#include "engine.hpp"

namespace nb = nanobind;

namespace chainrule {

template <class T>
using Vector = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Matrix = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T>
using Cube = nb::ndarray<T, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
// kind, inputs, units, activation, alpha, number of blocks, settings, number of the layer
using StageTuple = std::tuple<std::string, std::int64_t, std::int64_t, std::string, double, int,
                              std::vector<double>, int>;
// rows, columns, trainable, l1, l2, max_norm
using BlockTuple = std::tuple<std::int64_t, std::int64_t, bool, double, double, double>;
// name, settings, slots, weight_decay, clip_value, clip_norm, global_clip_norm, ema_momentum
using OptimizerTuple =
    std::tuple<std::string, std::vector<double>, int, double, double, double, double, double>;

inline int row_of(const Names& names, const std::string& name, const char* kind) {
  for (int i = 0; i < names.count; ++i) {
    if (name == names.rows[i]) return i;
  }
  throw std::invalid_argument("the native engine has no " + std::string(kind) + " '" + name + "'");
}

inline std::vector<std::string> list_of(const Names& names) {
  return {names.rows, names.rows + names.count};
}

// A macro, for the text must be made only when it is needed: calls of a microsecond make dozens of
// these checks, and long orders millions.
#define CHAINRULE_REQUIRE(condition, otherwise)               \
  do {                                                        \
    if (!(condition)) throw std::invalid_argument(otherwise); \
  } while (false)

inline std::string text(std::int64_t n) { return std::to_string(n); }

inline void check_order(const std::int64_t* order, std::size_t n, std::int64_t rows) {
  for (const std::int64_t *i = order, *end = order + n; i < end; ++i) {
    CHAINRULE_REQUIRE(*i >= 0 && *i < rows,
                      "order holds " + text(*i) + "; possible: 0 to " + text(rows - 1));
  }
}

template <class Array>
void check_shape(const Array& array, std::initializer_list<std::int64_t> shape, const char* name) {
  std::string found, possible;
  bool same = true;
  std::size_t axis = 0;
  for (const std::int64_t length : shape) {
    const auto is = static_cast<std::int64_t>(array.shape(axis++));
    same = same && is == length;
    found += (found.empty() ? "" : ", ") + text(is);
    possible += (possible.empty() ? "" : ", ") + text(length);
  }
  CHAINRULE_REQUIRE(same,
                    std::string(name) + " has shape (" + found + "); possible: (" + possible + ")");
}

constexpr struct {
  const char* name;
  Kind kind;
  int blocks, least_settings;
} kKinds[] = {{"dense", Kind::dense, 2, 0},
              {"activation", Kind::activation, 0, 0},
              {"prelu", Kind::prelu, 1, 0},
              {"dropout", Kind::dropout, 0, 1},
              {"gaussian_noise", Kind::gaussian_noise, 0, 1},
              {"batch_norm", Kind::batch_norm, 4, 3},
              {"layer_norm", Kind::layer_norm, 2, 1},
              {"rescaling", Kind::rescaling, 0, 3}};

// A program in the form of one instruction set's kernels.
class Compiled {
 public:
  Compiled(const std::string& isa, const std::vector<StageTuple>& stages,
           const std::vector<BlockTuple>& blocks, const std::string& loss, bool mean,
           bool on_logits, std::int64_t targets, const std::vector<double>& loss_parameters,
           const OptimizerTuple& optimizer, const std::vector<std::string>& measures)
      : kernels_(choose(isa)),
        narrow_kernels_(choose_narrow(isa)),
        in_halves_(works_in_halves()),
        loss_parameters_(loss_parameters) {
    for (const auto& [rows, columns, trainable, l1, l2, max_norm] : blocks) {
      std::int64_t padded;
      // Padding adds less than one vector of 16 to each side: with this bound nothing overflows.
      CHAINRULE_REQUIRE(
          rows > 0 && columns > 0 && !__builtin_mul_overflow(rows + 16, columns + 16, &padded) &&
              !__builtin_add_overflow(n_parameters_, padded, &padded) &&
              padded < (std::int64_t{1} << 48),
          "an array of " + text(rows) + " x " + text(columns) + " numbers is too large");
      blocks_.push_back({n_parameters_, rows, columns, trainable, l1, l2, max_norm});
      n_parameters_ += rows * columns;
    }
    CHAINRULE_REQUIRE(!stages.empty(), "stages is empty; a network has at least one layer");
    settings_.reserve(stages.size() + 1);
    std::int64_t before = std::get<1>(stages.front());
    std::size_t block = 0;
    for (const auto& [name, inputs, units, activation, alpha, n_blocks, settings, stream] :
         stages) {
      CHAINRULE_REQUIRE(
          inputs == before && inputs > 0 && units > 0,
          "layers do not fit: " + text(inputs) + " inputs after " + text(before) + " outputs");
      Stage stage = {};
      stage.kind = check_kind(name, inputs, units, n_blocks, settings, block);
      stage.inputs = inputs;
      stage.units = units;
      stage.activation = row_of(kernels_.activations, activation, "activation");
      stage.alpha = alpha;
      stage.first_block = static_cast<int>(block);
      stage.n_blocks = n_blocks;
      settings_.push_back(settings);
      stage.settings = settings_.back().data();
      stage.stream = stream;
      stages_.push_back(stage);
      block += static_cast<std::size_t>(n_blocks);
      before = units;
    }
    narrow_in_float32_ = fits_narrow(sizeof(float));
    narrow_in_float64_ = fits_narrow(sizeof(double));
    CHAINRULE_REQUIRE(block == blocks_.size(), "there are more blocks than the stages have");
    const int loss_row = row_of(kernels_.losses, loss, "loss");
    sparse_ = kernels_.losses.sparse[loss_row];
    CHAINRULE_REQUIRE(
        targets == (sparse_ ? 1 : before),
        "Y would have " + text(targets) + " columns; the network has " + text(before));
    loss_parameters_.resize(2);
    const auto& [name, settings, slots, decay, value, norm, global, ema] = optimizer;
    settings_.push_back(settings);
    settings_.back().resize(8);
    CHAINRULE_REQUIRE(slots >= 0 && slots <= 3,
                      "an optimiser has at most 3 slots, not " + text(slots));
    n_slots_ = slots + (ema >= 0 ? 1 : 0);
    for (const std::string& measure : measures) {
      measures_.push_back(row_of(kernels_.measures, measure, "measure"));
      CHAINRULE_REQUIRE(kernels_.measures.sparse[measures_.back()] == sparse_,
                        "the measure '" + measure + "' does not fit the targets of '" + loss + "'");
    }
    program_ = {stages_.data(),
                static_cast<int>(stages_.size()),
                blocks_.data(),
                static_cast<int>(blocks_.size()),
                targets,
                loss_row,
                mean,
                on_logits,
                loss_parameters_.data(),
                row_of(kernels_.optimizers, name, "optimizer"),
                settings_.back().data(),
                slots,
                decay,
                value,
                norm,
                global,
                ema,
                measures_.data(),
                static_cast<int>(measures_.size()),
                is_plain(name, slots, decay + value + norm + global, ema)};
  }
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;

  const Program& program() const { return program_; }
  std::int64_t n_parameters() const { return n_parameters_; }
  std::int64_t inputs() const { return stages_.front().inputs; }
  std::int64_t outputs() const { return stages_.back().units; }
  std::int64_t n_measures() const { return program_.n_measures; }
  std::int64_t slots() const { return n_slots_; }
  const char* isa() const { return kernels_.isa; }
  bool in_lanes() const { return kernels_.in_lanes(program_, n_parameters_); }

  // The kernels for one network, trained on so many samples a step (0: not trained), and for many
  // at once, which in lanes fill the widest vectors. Single rows leave nothing to tile, and in two
  // halves wider vectors only make each wait longer.
  template <class T>
  const Kernels& kernels(std::int64_t batch_size = 0) const {
    const bool by_row = in_halves_ && batch_size == 1 && program_.plain;
    const bool narrow = sizeof(T) == 4 ? narrow_in_float32_ : narrow_in_float64_;
    return narrow || by_row ? narrow_kernels_ : kernels_;
  }
  template <class T>
  const Entry<T>& entry(std::int64_t batch_size = 0) const {
    return entry_of<T>(kernels<T>(batch_size));
  }
  template <class T>
  const Entry<T>& entry_for_many(std::int64_t batch_size) const {
    return entry_of<T>(in_lanes() ? kernels_ : kernels<T>(batch_size));
  }

  template <class T>
  static void check_aligned(const void* at, const char* name) {
    CHAINRULE_REQUIRE(
        reinterpret_cast<std::uintptr_t>(at) % sizeof(T) == 0,
        std::string(name) + " does not lie on a multiple of " + text(sizeof(T)) + " bytes");
  }

  template <class T>
  void check_theta(const Vector<T>& theta, const char* name) const {
    check_aligned<T>(theta.data(), name);
    CHAINRULE_REQUIRE(static_cast<std::int64_t>(theta.shape(0)) == n_parameters_,
                      std::string(name) + " has " + text(theta.shape(0)) +
                          " numbers; the network has " + text(n_parameters_));
  }

  template <class T>
  void check_matrix(const Matrix<T>& matrix, std::int64_t columns, const char* name) const {
    check_aligned<T>(matrix.data(), name);
    CHAINRULE_REQUIRE(matrix.shape(0) > 0, std::string(name) + " has no rows");
    CHAINRULE_REQUIRE(static_cast<std::int64_t>(matrix.shape(1)) == columns,
                      std::string(name) + " has " + text(matrix.shape(1)) +
                          " columns; the network has " + text(columns));
  }

  template <class T>
  Data<T> data(const Matrix<const T>& X, const Matrix<const T>& Y,
               const std::optional<Vector<const T>>& weight) const {
    check_matrix(X, inputs(), "X");
    check_matrix(Y, program_.targets, "Y");
    CHAINRULE_REQUIRE(X.shape(0) == Y.shape(0),
                      "X has " + text(X.shape(0)) + " rows and Y has " + text(Y.shape(0)));
    if (weight) {
      check_aligned<T>(weight->data(), "weight");
      CHAINRULE_REQUIRE(weight->shape(0) == X.shape(0), "weight and X differ in length");
    }
    const auto rows = static_cast<std::int64_t>(X.shape(0));
    for (std::int64_t i = 0; sparse_ && i < rows; ++i) {
      CHAINRULE_REQUIRE(Y.data()[i] >= 0 && Y.data()[i] < static_cast<T>(outputs()),
                        "Y holds a class that is not one of 0 to " + text(outputs() - 1));
    }
    return {X.data(), Y.data(), weight ? weight->data() : nullptr, rows};
  }

 private:
  template <class T>
  static const Entry<T>& entry_of(const Kernels& kernels) {
    if constexpr (sizeof(T) == 4) {
      return kernels.f32;
    } else {
      return kernels.f64;
    }
  }

  Kind check_kind(const std::string& name, std::int64_t inputs, std::int64_t units, int n_blocks,
                  const std::vector<double>& settings, std::size_t block) const {
    for (const auto& known : kKinds) {
      if (name != known.name) continue;
      const bool dense = known.kind == Kind::dense;
      const bool settled = known.kind == Kind::rescaling
                               ? static_cast<std::int64_t>(settings.size()) == 3 * units
                               : static_cast<int>(settings.size()) == known.least_settings;
      CHAINRULE_REQUIRE(settled &&
                            (dense ? n_blocks == 1 || n_blocks == 2 : n_blocks == known.blocks) &&
                            block + static_cast<std::size_t>(n_blocks) <= blocks_.size() &&
                            (dense || inputs == units),
                        "a " + name + " layer does not have what it needs");
      for (int i = 0; i < n_blocks; ++i) {
        const Block& b = blocks_[block + static_cast<std::size_t>(i)];
        CHAINRULE_REQUIRE(b.columns == units && b.rows == (dense && i == 0 ? inputs : 1),
                          "the parameters of a " + name + " layer do not fit its width");
      }
      return known.kind;
    }
    throw std::invalid_argument("the native engine has no layer '" + name + "'");
  }

  bool is_plain(const std::string& optimizer, int slots, double changes, double ema) const {
    bool plain = optimizer == "sgd" && slots == 0 && changes == 0 && ema < 0;
    for (const Block& b : blocks_) {
      plain = plain && b.trainable && b.l1 == 0 && b.l2 == 0 && b.max_norm == 0;
    }
    for (const Stage& s : stages_) {
      plain = plain &&
              (s.kind == Kind::dense || s.kind == Kind::activation || s.kind == Kind::dropout ||
               s.kind == Kind::gaussian_noise || s.kind == Kind::rescaling);
    }
    return plain;
  }

  // Whether vectors of kNarrow bytes take less time: where the widest layer fills one of them, they
  // hold as much, and divide faster; where the processor works through wider ones in halves, they
  // do if much less is padded. There wide vectors are ahead by a tenth to a seventh without
  // padding; 1.2 lies between the shapes measured where they are and those where they are not.
  bool fits_narrow(std::int64_t size) const {
    const std::int64_t lanes = kNarrow / size;
    const auto up = [](std::int64_t n, std::int64_t to) { return (n + to - 1) / to * to; };
    std::int64_t widest = 0;
    double narrow = 0, wide = 0;  // multiplications a sample
    for (const Stage& s : stages_) {
      widest = s.units > widest ? s.units : widest;
      if (s.kind != Kind::dense) continue;
      narrow += static_cast<double>(s.inputs) * static_cast<double>(up(s.units, lanes));
      wide += static_cast<double>(s.inputs) * static_cast<double>(up(s.units, 2 * lanes));
    }
    return widest <= lanes || (in_halves_ && wide > 1.2 * narrow);
  }

  const Kernels &kernels_, &narrow_kernels_;
  bool in_halves_, narrow_in_float32_ = false, narrow_in_float64_ = false;
  std::vector<Stage> stages_;
  std::vector<Block> blocks_;
  std::vector<std::vector<double>> settings_;
  std::vector<double> loss_parameters_;
  std::vector<int> measures_;
  Program program_ = {};
  std::int64_t n_parameters_ = 0;
  std::int64_t n_slots_ = 0;
  bool sparse_ = false;
};

}  // namespace chainrule
