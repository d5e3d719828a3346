// Orders of samples from uniform numbers.
#pragma once

#include <cstdint>

namespace chainrule {

// Turns rows of uniform numbers u in [0, 1) into orders of n samples, in their place: numbers
// (rows, n) are the bits of a double each before, and the number of a sample after.
//
// Fisher and Yates's way, from the inside out: sample i = 0 .. n - 1, one after the other, takes
// the place of one of 0 .. i, any with the same chance, and that one goes to place i.
//
// False, and nothing to rely on in numbers, if a u is not in [0, 1).
bool draw_orders(std::int64_t* numbers, std::int64_t rows, std::int64_t n);

}  // namespace chainrule
