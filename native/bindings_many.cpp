// Python's view of many trainings at once, and of the threads: see bindings.cpp.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <cstdint>
#include <optional>
#include <string>

#include "compiled.hpp"
#include "counts.hpp"
#include "running.hpp"
#include "threads.hpp"

namespace chainrule {
namespace {

template <class T>
void bind_train_many(nb::module_& m) {
  m.def(
      "train_many",
      [](const Compiled& c, Matrix<T> thetas, Cube<T> slots, Matrix<const T> X, Matrix<const T> Y,
         std::optional<Vector<const T>> weight, std::optional<Cube<const std::int64_t>> order,
         std::int64_t batch_size, Vector<const double> rates, bool own_rates,
         Vector<const std::uint64_t> keys, std::int64_t first_step, Matrix<double> loss,
         Cube<double> measures) {
        c.check_matrix(thetas, c.n_parameters(), "thetas");
        const auto networks = static_cast<std::int64_t>(thetas.shape(0));
        Compiled::check_aligned<T>(slots.data(), "slots");
        check_shape(slots, {networks, c.slots(), c.n_parameters()}, "slots");
        const Data<T> data = c.data<T>(X, Y, weight);
        const auto epochs = static_cast<std::int64_t>(loss.shape(1));
        check_shape(loss, {networks, epochs}, "loss");
        check_shape(measures, {networks, epochs, c.n_measures()}, "measures");
        check_shape(keys, {networks}, "keys");
        CHAINRULE_REQUIRE(batch_size >= 1,
                          "batch_size is " + text(batch_size) + "; possible: 1 or more");
        batch_size = batch_size < data.rows ? batch_size : data.rows;
        const std::int64_t steps = (data.rows + batch_size - 1) / batch_size;
        const bool one_rate = !own_rates && rates.shape(0) == 1;
        if (!one_rate) check_shape(rates, {own_rates ? networks : epochs * steps}, "rates");
        const bool own_orders = order && order->shape(0) != 1;
        if (order) {
          check_shape(*order, {own_orders ? networks : 1, epochs, data.rows}, "order");
          check_order(order->data(), order->size(), data.rows);
        }
        const ManyTrainings<T> job = {
            thetas.data(),    slots.data(), networks,
            c.n_parameters(), data,         order ? order->data() : nullptr,
            own_orders,       epochs,       batch_size,
            rates.data(),     one_rate,     own_rates,
            keys.data(),      first_step,   loss.data(),
            measures.data(),  num_threads()};
        run([&](Watch watch) {
          return c.entry_for_many<T>(batch_size).train_many(c.program(), job, watch);
        });
      },
      nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(),
      nb::arg().noconvert(), nb::arg().noconvert().none(), nb::arg().noconvert().none(),
      nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert(),
      nb::arg().noconvert(), nb::arg().noconvert(), nb::arg().noconvert());
}

}  // namespace

void bind_many(nb::module_& m) {
  bind_train_many<float>(m);
  bind_train_many<double>(m);
  m.def("num_threads", num_threads);
  m.def("counts_of_threads", [] {
    return nb::make_tuple(counts.started.load(), counts.turns.load(), counts.pieces.load());
  });
  m.def("set_num_threads", [](std::int64_t n) {
    CHAINRULE_REQUIRE(n >= 1 && n <= kMostThreads,
                      "n is " + text(n) + "; possible: an integer from 1 to " + text(kMostThreads));
    set_num_threads(static_cast<int>(n));
  });
}

}  // namespace chainrule
