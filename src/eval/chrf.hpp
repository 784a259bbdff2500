// chrF (Popovic 2015) and chrF++ (Popovic 2017) as sacrebleu defines them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "farspan/eval.h"

namespace farspan {

// Throws failure about argument 1.
void check_chrf(const farspan_chrf_config& config);

// Adds one segment against the reference of those given that scores best.
void add_chrf_segment(farspan_chrf_counts& counts, const farspan_chrf_config& config, std::string_view hypothesis,
                      const std::vector<std::string_view>& references);

void add_counts(farspan_chrf_counts& counts, const farspan_chrf_counts& from);

double score_chrf(const farspan_chrf_config& config, const farspan_chrf_counts& counts);

}  // namespace farspan
