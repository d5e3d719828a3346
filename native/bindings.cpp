// Python's view of the kernels. Everything that could make native code touch memory that is not
// there is refused here, before the GIL is released.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "dispatch.hpp"
#include "engine.hpp"

namespace nb = nanobind;

namespace chainrule {
namespace {

template <class T>
using Vector = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Matrix = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using LayerTuple = std::tuple<std::int64_t, std::int64_t, std::string, bool>;

int row_of(const Names& names, const std::string& name, const char* kind) {
  for (int i = 0; i < names.count; ++i) {
    if (name == names.rows[i]) return i;
  }
  throw std::invalid_argument("the native engine has no " + std::string(kind) + " '" + name + "'");
}

std::vector<std::string> list_of(const Names& names) {
  return {names.rows, names.rows + names.count};
}

void require(bool condition, const std::string& otherwise) {
  if (!condition) throw std::invalid_argument(otherwise);
}

std::string text(std::int64_t n) { return std::to_string(n); }

// A program in the form of one instruction set's kernels.
class Compiled {
 public:
  Compiled(const std::string& isa, const std::vector<LayerTuple>& layers, const std::string& loss,
           const std::string& optimizer, double learning_rate)
      : kernels_(choose(isa)) {
    require(!layers.empty(), "layers is empty; a network has at least one layer");
    std::int64_t before = std::get<0>(layers.front());
    for (const auto& [inputs, units, activation, use_bias] : layers) {
      require(inputs == before && inputs > 0 && units > 0,
              "layers do not fit: " + text(inputs) + " inputs after " + text(before) + " outputs");
      const int row = row_of(kernels_.activations, activation, "activation");
      layers_.push_back({inputs, units, row, use_bias});
      // Padding adds less than one vector of 16 to each side: with this bound nothing overflows.
      std::int64_t padded;
      require(!__builtin_mul_overflow(inputs + 16, units + 16, &padded) &&
                  !__builtin_add_overflow(n_parameters_, padded, &padded) &&
                  padded < (std::int64_t{1} << 56),
              "a layer of " + text(inputs) + " inputs and " + text(units) + " units is too large");
      n_parameters_ += inputs * units + (use_bias ? units : 0);
      before = units;
    }
    program_ = {layers_.data(), static_cast<int>(layers_.size()),
                row_of(kernels_.losses, loss, "loss"),
                row_of(kernels_.optimizers, optimizer, "optimizer"), learning_rate};
  }

  const Program& program() const { return program_; }
  std::int64_t n_parameters() const { return n_parameters_; }
  std::int64_t inputs() const { return layers_.front().inputs; }
  std::int64_t outputs() const { return layers_.back().units; }
  const char* isa() const { return kernels_.isa; }

  template <class T>
  const Entry<T>& entry() const {
    if constexpr (sizeof(T) == 4) {
      return kernels_.f32;
    } else {
      return kernels_.f64;
    }
  }

  template <class T>
  void check_theta(const Vector<T>& theta, const char* name) const {
    require(static_cast<std::int64_t>(theta.shape(0)) == n_parameters_,
            std::string(name) + " has " + text(theta.shape(0)) + " numbers; the network has " +
                text(n_parameters_));
  }

  template <class T>
  void check_matrix(const Matrix<T>& matrix, std::int64_t columns, const char* name) const {
    require(matrix.shape(0) > 0, std::string(name) + " has no rows");
    require(static_cast<std::int64_t>(matrix.shape(1)) == columns,
            std::string(name) + " has " + text(matrix.shape(1)) + " columns; the network has " +
                text(columns));
  }

  template <class T>
  Data<T> data(const Matrix<const T>& X, const Matrix<const T>& Y) const {
    check_matrix(X, inputs(), "X");
    check_matrix(Y, outputs(), "Y");
    require(X.shape(0) == Y.shape(0),
            "X has " + text(X.shape(0)) + " rows and Y has " + text(Y.shape(0)));
    return {X.data(), Y.data(), static_cast<std::int64_t>(X.shape(0))};
  }

 private:
  const Kernels& kernels_;
  std::vector<DenseLayer> layers_;
  Program program_ = {};
  std::int64_t n_parameters_ = 0;
};

// Ctrl-C: Python's handlers run when asked, which takes the GIL, so not more often than this.
constexpr std::chrono::milliseconds kBetweenSignalChecks(50);

class SignalWatch {
 public:
  Watch watch() { return {&SignalWatch::interrupted, this}; }

 private:
  static bool interrupted(void* context) {
    auto& self = *static_cast<SignalWatch*>(context);
    const auto now = std::chrono::steady_clock::now();
    if (now - self.last_ < kBetweenSignalChecks) return false;
    self.last_ = now;
    nb::gil_scoped_acquire gil;
    return PyErr_CheckSignals() != 0;
  }

  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Runs native work without the GIL and turns its end into Python's terms.
template <class Work>
void run(Work&& work) {
  SignalWatch signals;
  Status status;
  {
    nb::gil_scoped_release release;
    status = work(signals.watch());
  }
  if (status == Status::interrupted) throw nb::python_error();
  if (status == Status::no_memory) throw std::bad_alloc();
}

template <class T>
void bind(nb::module_& m) {
  m.def("forward", [](const Compiled& c, Vector<const T> theta, Matrix<const T> X, Matrix<T> A) {
    c.check_theta(theta, "theta");
    c.check_matrix(X, c.inputs(), "X");
    c.check_matrix(A, c.outputs(), "A");
    require(X.shape(0) == A.shape(0), "X and A differ in rows");
    const auto rows = static_cast<std::int64_t>(X.shape(0));
    run([&](Watch watch) {
      return c.entry<T>().forward(c.program(), theta.data(), X.data(), rows, A.data(), watch);
    });
  });
  m.def("evaluate",
        [](const Compiled& c, Vector<const T> theta, Matrix<const T> X, Matrix<const T> Y) {
          c.check_theta(theta, "theta");
          const Data<T> data = c.data<T>(X, Y);
          double loss = 0;
          run([&](Watch watch) {
            return c.entry<T>().evaluate(c.program(), theta.data(), data, &loss, watch);
          });
          return loss;
        });
  m.def("value_and_gradient", [](const Compiled& c, Vector<const T> theta, Matrix<const T> X,
                                 Matrix<const T> Y, Vector<T> gradient) {
    c.check_theta(theta, "theta");
    c.check_theta(gradient, "gradient");
    const Data<T> data = c.data<T>(X, Y);
    double loss = 0;
    run([&](Watch watch) {
      return c.entry<T>().value_and_gradient(c.program(), theta.data(), data, &loss,
                                             gradient.data(), watch);
    });
    return loss;
  });
  m.def(
      "train",
      [](const Compiled& c, Vector<T> theta, Matrix<const T> X, Matrix<const T> Y,
         std::optional<Matrix<const std::int64_t>> order, std::int64_t batch_size,
         Vector<double> loss, std::optional<Matrix<const T>> X_validation,
         std::optional<Matrix<const T>> Y_validation, Vector<double> validation_loss,
         Vector<std::int64_t> done) {
        c.check_theta(theta, "theta");
        const Data<T> data = c.data<T>(X, Y);
        Data<T> validation = {nullptr, nullptr, 0};
        if (X_validation && Y_validation) validation = c.data<T>(*X_validation, *Y_validation);
        const auto epochs = static_cast<std::int64_t>(loss.shape(0));
        require(batch_size >= 1, "batch_size is " + text(batch_size) + "; possible: 1 or more");
        require(validation_loss.shape(0) == loss.shape(0), "the log's parts differ in length");
        require(done.shape(0) == 2, "done counts two things: epochs and steps");
        if (order) {
          require(static_cast<std::int64_t>(order->shape(0)) == epochs &&
                      static_cast<std::int64_t>(order->shape(1)) == data.rows,
                  "order has shape (" + text(order->shape(0)) + ", " + text(order->shape(1)) +
                      "); possible: (" + text(epochs) + ", " + text(data.rows) + ")");
          for (const std::int64_t *i = order->data(), *end = i + order->size(); i < end; ++i) {
            require(*i >= 0 && *i < data.rows,
                    "order holds " + text(*i) + "; possible: 0 to " + text(data.rows - 1));
          }
        }
        const Training<T> job = {
            theta.data(), data,           validation,  order ? order->data() : nullptr,
            epochs,       batch_size,     loss.data(), validation_loss.data(),
            done.data(),  done.data() + 1};
        run([&](Watch watch) { return c.entry<T>().train(c.program(), job, watch); });
      },
      nb::arg(), nb::arg(), nb::arg(), nb::arg(), nb::arg().none(), nb::arg(), nb::arg(),
      nb::arg().none(), nb::arg().none(), nb::arg(), nb::arg());
}

}  // namespace
}  // namespace chainrule

NB_MODULE(_native, m) {
  using namespace chainrule;
  nb::class_<Compiled>(m, "Compiled")
      .def(nb::init<const std::string&, const std::vector<LayerTuple>&, const std::string&,
                    const std::string&, double>())
      .def_prop_ro("isa", &Compiled::isa);
  bind<float>(m);
  bind<double>(m);
  m.def("isas", [] {
    std::vector<std::string> names;
    for (const Kernels* kernels : runnable()) names.emplace_back(kernels->isa);
    return names;
  });
  m.def("tables", [] {
    const Kernels& kernels = choose("");
    return std::make_tuple(list_of(kernels.activations), list_of(kernels.losses),
                           list_of(kernels.optimizers));
  });
}
