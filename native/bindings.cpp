// Python's view of the kernels. Everything that could make native code touch memory that is not
// there is refused here, before the GIL is released.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "compiled.hpp"
#include "orders.hpp"
#include "running.hpp"
#include "threads.hpp"

namespace chainrule {

void bind_many(nb::module_& m);  // bindings_many.cpp

namespace {

// Nothing is converted: a silent copy of theta would be trained, and lost.
template <class T>
void bind(nb::module_& m) {
  m.def(
      "forward",
      [](const Compiled& c, Vector<const T> theta, Matrix<const T> X, Matrix<T> A) {
        c.check_theta(theta, "theta");
        c.check_matrix(X, c.inputs(), "X");
        c.check_matrix(A, c.outputs(), "A");
        CHAINRULE_REQUIRE(X.shape(0) == A.shape(0), "X and A differ in rows");
        const auto rows = static_cast<std::int64_t>(X.shape(0));
        const int threads = num_threads();
        run([&](Watch watch) {
          return c.entry<T>().forward(c.program(), theta.data(), X.data(), rows, A.data(), threads,
                                      watch);
        });
      },
      nb::arg(), nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert());
  m.def(
      "evaluate",
      [](const Compiled& c, Vector<const T> theta, Matrix<const T> X, Matrix<const T> Y,
         std::optional<Vector<const T>> weight) {
        c.check_theta(theta, "theta");
        const Data<T> data = c.data<T>(X, Y, weight);
        double loss = 0;
        const int threads = num_threads();
        run([&](Watch watch) {
          return c.entry<T>().evaluate(c.program(), theta.data(), data, &loss, threads, watch);
        });
        return loss;
      },
      nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(),
      nb::arg().noconvert().none());
  m.def(
      "value_and_gradient",
      [](const Compiled& c, Vector<const T> theta, Matrix<const T> X, Matrix<const T> Y,
         std::optional<Vector<const T>> weight, std::uint64_t key, std::int64_t step,
         Vector<T> gradient) {
        c.check_theta(theta, "theta");
        c.check_theta(gradient, "gradient");
        const Data<T> data = c.data<T>(X, Y, weight);
        double loss = 0;
        const int threads = num_threads();
        run([&](Watch watch) {
          return c.entry<T>().value_and_gradient(c.program(), theta.data(), data, key, step, &loss,
                                                 gradient.data(), threads, watch);
        });
        return loss;
      },
      nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(),
      nb::arg().noconvert().none(), nb::arg().noconvert(), nb::arg().noconvert(),
      nb::arg().noconvert());
  m.def(
      "train",
      [](const Compiled& c, Vector<T> theta, Matrix<T> slots, Matrix<const T> X, Matrix<const T> Y,
         std::optional<Vector<const T>> weight, std::optional<Matrix<const std::int64_t>> order,
         std::int64_t batch_size, Vector<const double> rates, std::uint64_t key,
         std::int64_t first_step, Vector<double> loss, std::optional<Matrix<const T>> X_validation,
         std::optional<Matrix<const T>> Y_validation,
         std::optional<Vector<const T>> weight_validation, Vector<double> validation_loss,
         Matrix<double> measures, Matrix<double> validation_measures,
         std::optional<Cube<T>> outputs, Vector<std::int64_t> done) {
        c.check_theta(theta, "theta");
        c.check_aligned<T>(slots.data(), "slots");
        c.check_aligned<double>(rates.data(), "rates");
        for (const double* part :
             {loss.data(), validation_loss.data(), measures.data(), validation_measures.data()}) {
          c.check_aligned<double>(part, "the log");
        }
        c.check_aligned<std::int64_t>(done.data(), "done");
        CHAINRULE_REQUIRE(static_cast<std::int64_t>(slots.shape(0)) == c.slots() &&
                              slots.shape(1) == theta.shape(0),
                          "slots has shape (" + text(slots.shape(0)) + ", " + text(slots.shape(1)) +
                              "); possible: (" + text(c.slots()) + ", " + text(theta.shape(0)) +
                              ")");
        const Data<T> data = c.data<T>(X, Y, weight);
        Data<T> validation = {nullptr, nullptr, nullptr, 0};
        if (X_validation && Y_validation) {
          validation = c.data<T>(*X_validation, *Y_validation, weight_validation);
        }
        const auto epochs = static_cast<std::int64_t>(loss.shape(0));
        CHAINRULE_REQUIRE(batch_size >= 1,
                          "batch_size is " + text(batch_size) + "; possible: 1 or more");
        batch_size = batch_size < data.rows ? batch_size : data.rows;
        const std::int64_t samples = order ? static_cast<std::int64_t>(order->shape(1)) : data.rows;
        CHAINRULE_REQUIRE(
            samples >= 1 && samples <= data.rows,
            "order has " + text(samples) + " columns; possible: 1 to " + text(data.rows));
        const std::int64_t steps = (samples + batch_size - 1) / batch_size;
        const bool one_rate = rates.shape(0) == 1;
        CHAINRULE_REQUIRE(one_rate || static_cast<std::int64_t>(rates.shape(0)) == epochs * steps,
                          "rates has " + text(rates.shape(0)) +
                              " numbers; possible: one for each of the " + text(epochs * steps) +
                              " steps");
        CHAINRULE_REQUIRE(validation_loss.shape(0) == loss.shape(0),
                          "the log's parts differ in length");
        for (const Matrix<double>* part : {&measures, &validation_measures}) {
          CHAINRULE_REQUIRE(part->shape(0) == loss.shape(0) &&
                                static_cast<std::int64_t>(part->shape(1)) == c.n_measures(),
                            "the log has no room for the measures");
        }
        if (outputs) {
          c.check_aligned<T>(outputs->data(), "outputs");
          check_shape(*outputs, {epochs, samples, c.outputs()}, "outputs");
        }
        CHAINRULE_REQUIRE(done.shape(0) == 2, "done counts two things: epochs and steps");
        if (order) {
          c.check_aligned<std::int64_t>(order->data(), "order");
          CHAINRULE_REQUIRE(
              static_cast<std::int64_t>(order->shape(0)) == epochs,
              "order has " + text(order->shape(0)) + " rows; possible: " + text(epochs));
          check_order(order->data(), order->size(), data.rows);
        }
        const Training<T> job = {theta.data(),
                                 slots.data(),
                                 c.n_parameters(),
                                 data,
                                 validation,
                                 order ? order->data() : nullptr,
                                 samples,
                                 epochs,
                                 batch_size,
                                 rates.data(),
                                 one_rate,
                                 key,
                                 first_step,
                                 loss.data(),
                                 measures.data(),
                                 validation_measures.data(),
                                 validation_loss.data(),
                                 done.data(),
                                 done.data() + 1,
                                 outputs ? outputs->data() : nullptr};
        const int threads = num_threads();
        run([&](Watch watch) {
          return c.entry<T>(batch_size).train(c.program(), job, threads, watch);
        });
      },
      nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(),
      nb::arg().noconvert(), nb::arg().noconvert().none(), nb::arg().noconvert().none(),
      nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(),
      nb::arg().noconvert(), nb::arg().noconvert().none(), nb::arg().noconvert().none(),
      nb::arg().noconvert().none(), nb::arg().noconvert(), nb::arg().noconvert(),
      nb::arg().noconvert(), nb::arg().noconvert().none(), nb::arg().noconvert());
  m.def(
      "apply",
      [](const std::string& isa, const std::string& name, Vector<const T> x, Vector<T> y) {
        CHAINRULE_REQUIRE(x.shape(0) == y.shape(0), "x and y differ in length");
        Compiled::check_aligned<T>(x.data(), "x");
        Compiled::check_aligned<T>(y.data(), "y");
        const Kernels& kernels = choose(isa);
        const auto n = static_cast<std::int64_t>(x.shape(0));
        bool known;
        if constexpr (sizeof(T) == 4) {
          known = kernels.f32.apply(name.c_str(), x.data(), y.data(), n);
        } else {
          known = kernels.f64.apply(name.c_str(), x.data(), y.data(), n);
        }
        CHAINRULE_REQUIRE(known, "there is no vector function '" + name + "'");
      },
      nb::arg(), nb::arg(), nb::arg().noconvert(), nb::arg().noconvert());
}

}  // namespace
}  // namespace chainrule

NB_MODULE(_native, m) {
  using namespace chainrule;
  nb::class_<Compiled>(m, "Compiled")
      .def(nb::init<const std::string&, const std::vector<StageTuple>&,
                    const std::vector<BlockTuple>&, const std::string&, bool, bool, std::int64_t,
                    const std::vector<double>&, const OptimizerTuple&,
                    const std::vector<std::string>&>())
      .def_prop_ro("isa", &Compiled::isa)
      .def(
          "isa_in_float32",
          [](const Compiled& c, std::int64_t batch) { return c.kernels<float>(batch).isa; },
          nb::arg())
      .def(
          "isa_in_float64",
          [](const Compiled& c, std::int64_t batch) { return c.kernels<double>(batch).isa; },
          nb::arg())
      .def_prop_ro("in_lanes", &Compiled::in_lanes);
  bind<float>(m);
  bind<double>(m);
  bind_many(m);
  m.def(
      "orders",
      [](Matrix<std::int64_t> numbers) {
        Compiled::check_aligned<std::int64_t>(numbers.data(), "numbers");
        const auto rows = static_cast<std::int64_t>(numbers.shape(0));
        const auto n = static_cast<std::int64_t>(numbers.shape(1));
        CHAINRULE_REQUIRE(draw_orders(numbers.data(), rows, n),
                          "uniforms has a number that is not in [0, 1)");
      },
      nb::arg().noconvert());
  m.def("isas", [] {
    std::vector<std::string> names;
    for (const Kernels* kernels : runnable()) names.emplace_back(kernels->isa);
    return names;
  });
  m.def("works_in_halves", &works_in_halves);
  m.def("tables", [] {
    const Kernels& kernels = choose("");
    return std::make_tuple(list_of(kernels.activations), list_of(kernels.losses),
                           list_of(kernels.optimizers), list_of(kernels.measures));
  });
}
