#include "rope_releases.hpp"

#include <stdexcept>

namespace oracle {
namespace {

double required(const std::optional<double>& value) {
    if (!value) throw std::invalid_argument("this release needs an explicit factor");
    return *value;
}

}  // namespace

hf_yarn_choice hf_yarn_resolve(hf_release release, const hf_context_config& config) {
    switch (release) {
        case hf_release::v4_45:
        case hf_release::v4_47:
        case hf_release::v4_48:
            return {required(config.factor), config.max_position};
        case hf_release::v4_56: {
            // An explicit factor is replaced whenever the dictionary names the original length.
            if (!config.original_in_dictionary) return {required(config.factor), config.max_position};
            const double original = *config.original_in_dictionary;
            return {config.max_position / original, original};
        }
        case hf_release::v5: {
            const double in_dictionary = config.original_in_dictionary.value_or(config.max_position);
            const double original = config.original_at_top_level.value_or(in_dictionary);
            return {config.factor.value_or(config.max_position / original), original};
        }
    }
    throw std::invalid_argument("unknown release");
}

hf_longrope_choice hf_longrope_resolve(hf_release release, double length, double original_context,
                                       double max_position) {
    switch (release) {
        case hf_release::v4_45:
            return {max_position > original_context, true};
        case hf_release::v4_47:
            return {length >= original_context, length >= original_context};
        case hf_release::v4_48:
        case hf_release::v4_56:
        case hf_release::v5:
            return {length > original_context, true};
    }
    throw std::invalid_argument("unknown release");
}

}  // namespace oracle
