// A model as it is handed out: schemes made, notes written. Immutable.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/pacer.hpp"
#include "config/draft.hpp"
#include "method/scheme.hpp"

namespace farspan::config {

struct model {
    draft source;                                  // owns texts, notes and the arrays that were read
    std::vector<std::unique_ptr<scheme>> schemes;  // one per different layer; nullptr without softmax attention
    std::vector<std::size_t> first_alike;          // per scheme: the first layer that has it
    std::vector<std::size_t> scheme_of;            // per layer: index into schemes
};

// Each throws failure. Paths are the document's, or begin with an argument of the public function, as "options.window"
// does.
std::unique_ptr<model> read_config(std::string_view text, const farspan_model_options& options, pacer& pace);
std::unique_ptr<model> read_metadata(std::span<const farspan_metadata> entries, const farspan_model_options& options,
                                     pacer& pace);
std::unique_ptr<model> read_gguf(std::span<const unsigned char> file, const farspan_model_options& options,
                                 pacer& pace);

constexpr int64_t most_metadata = 1 << 20;  // entries

// From a complete draft: applies the extension, fills the lengths, makes the schemes.
std::unique_ptr<model> build_model(std::unique_ptr<model> started);

// The parts of build_model.
void extend(draft& d);
void fill_lengths(draft& d);

}  // namespace farspan::config
