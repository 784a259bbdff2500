// chrF (Popovic 2015) and chrF++ (Popovic 2017) as sacrebleu defines them.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/pacer.hpp"
#include "eval/counters.hpp"
#include "farspan/eval.h"

namespace farspan {

// Throws failure about "config".
void check_chrf(const farspan_chrf_config& config);

// For the templates of counters.hpp.
template <class Counts, class Visit>
requires std::same_as<std::remove_const_t<Counts>, farspan_chrf_counts>
void visit_counters(Counts& a, const farspan_chrf_counts& b, Visit visit) {
    visit("segments", -1, a.segments, b.segments);
    for (int32_t n = 0; n < FARSPAN_CHRF_MAX_ORDERS; ++n) {
        visit("hypothesis", n, a.hypothesis[n], b.hypothesis[n]);
        visit("reference", n, a.reference[n], b.reference[n]);
        visit("matches", n, a.matches[n], b.matches[n]);
    }
}

// Throws failure unless the counts can have come from these functions.
void check_counts(const farspan_chrf_counts& counts, const counter_owner& owner);

// The counts of one segment against the reference of those given that scores best.
farspan_chrf_counts count_chrf_segment(const farspan_chrf_config& config, std::string_view hypothesis,
                                       const std::vector<std::string_view>& references, pacer& pace);

double score_chrf(const farspan_chrf_config& config, const farspan_chrf_counts& counts);

}  // namespace farspan
