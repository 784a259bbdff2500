// The methods of `farspan report`: from a name, a model and a window length to a scheme of the library.
//
// L is the trained length, n the length of the evaluated window, R the rotary dimension. Up to n = L every method is at
// rest: the model runs as it was trained. Beyond, each derives its parameters from n and L alone, by the rule that
// `farspan report --list-methods` prints; the JSON report records the scheme.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "failure.hpp"
#include "farspan/farspan.hpp"
#include "model.hpp"

namespace tool {

// The five configurations of a scheme, or the text of one from a file.
struct recipe {
    std::string text;  // in place of the configurations; of those, mask then says what may be forgotten
    farspan::rope_config rope{FARSPAN_ROPE_NONE};
    farspan::remap_config remap{FARSPAN_REMAP_NONE};
    farspan::bias_config bias{FARSPAN_BIAS_NONE};
    farspan::mask_config mask;
    farspan::score_config score;
};

struct method {
    const char* name;
    const char* rule;  // one line: what it does, with which parameters
    bool rotary_only;  // needs a model with rotary positions; the others run on any model
    bool by_default;   // part of the default report of a rotary model
    void (*apply)(recipe&, int64_t trained, int64_t length);  // called only if length > trained
};

const std::vector<method>& all_methods();

// Any rotary method with "-logn" behind its name also scales query i by max(1, ln(i + 1) / ln L). A name that ends in
// ".json" is a file with a scheme (scheme_file.hpp), which replaces what the model was trained with, at every length.
// A model with a scheme of its own has none of the others. Fails on an unknown name, listing the known ones.
void check_method_name(const std::string& name);
bool method_applies(const std::string& name, const model_config& config);
std::vector<std::string> default_methods(const model_config& config);

// What a report calls the row: "pi + 200 steps" for a fine-tuned model, which stands beside its base model's methods.
std::string row_name(const model_config& config, const std::string& method_name);

recipe derive(const language_model& model, const std::string& name, int64_t length);
farspan::scheme make_scheme(const recipe& recipe);

// Recipes with equal text mean the same arithmetic at this length, whatever their methods are called.
std::string fingerprint(const farspan::scheme& scheme, int64_t length);

// Fails if the library's ALiBi slopes are not those the model was trained with.
void check_slopes(const language_model& model);

// Self-Extend's smallest group G with G * (L - W + floor(W / G)) >= n, so that no distance exceeds L - 1.
int64_t self_extend_group(int64_t trained, int64_t window, int64_t length);

}  // namespace tool
