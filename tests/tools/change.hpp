// Losses of the same bytes under two conditions.
#pragma once

#include <criterion/criterion.h>

#include <vector>

#include "losses.hpp"

struct change {
    double mean, standard_error;  // nats per byte
    bool rises() const { return mean > 2 * standard_error; }
    bool falls() const { return mean < -2 * standard_error; }
};

inline change difference(std::vector<double> losses, const std::vector<double>& reference) {
    cr_assert(losses.size() == reference.size() && losses.size() >= 2048, "%zu and %zu losses", losses.size(),
              reference.size());
    for (size_t n = 0; n < losses.size(); ++n) losses[n] -= reference[n];
    const farspan_loss_summary found = tool::summarize(losses);
    return {found.nll, found.standard_error};
}
