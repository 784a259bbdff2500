// Meta's own params.json. The file leaves to Meta's code what the release of Llama decides: base, context, scaling.
#include <cinttypes>

#include "base/failure.hpp"
#include "config/families.hpp"

namespace farspan::config {
namespace {

// use_scaled_rope stands for a factor of 8 in Llama 3.1 and of 32 in the small models of Llama 3.2. The file says only
// which size it is.
constexpr struct {
    int64_t hidden, layers;
    double factor;
} scaled_releases[] = {
    {4096, 32, 8},  {8192, 80, 8},  {16384, 126, 8},  // Llama 3.1; 3.2 with images and 3.3 have these sizes too
    {2048, 16, 32}, {3072, 28, 32},                   // Llama 3.2 1B and 3B
};

double scaling_factor(config_source& s, const std::string& path) {
    if (const auto stated = s.keys.real({"rope_scaling_factor"}, 1e-6, 1e12)) return *stated;
    for (const auto& release : scaled_releases)
        if (release.hidden == s.hidden && release.layers == s.layers) {
            s.result.notes.add(FARSPAN_NOTE_DERIVED, path,
                               "is true: the factor is %.15g, as of the release of Llama with %" PRId64
                               " layers and width %" PRId64,
                               release.factor, s.layers, s.hidden);
            return release.factor;
        }
    throw failure(FARSPAN_ERROR_COMBINATION, path.c_str(),
                  "is true: the file does not say the factor, which is 8 in Llama 3.1 and 32 in 3.2, and no release "
                  "has %" PRId64 " layers and width %" PRId64,
                  s.layers, s.hidden);
}

void use_scaled_rope(config_source& s) {
    const std::string path = s.keys.path_of("use_scaled_rope");
    farspan_rope_config& rope = s.result.ropes.front().config;
    s.result.ropes.front().path = path;
    rope.method = FARSPAN_ROPE_LLAMA3;
    rope.factor = scaling_factor(s, path);
    rope.low_freq_factor = 1;
    rope.high_freq_factor = s.keys.real({"rope_high_freq_factor"}, 1e-6, 1e12).value_or(4);
    rope.original_context = 8192;
}

// Llama 1, 2, 3, Code Llama and 3.1, told apart by the base and by the epsilon of the norms; 0: none of them.
int64_t context_of_release(config_source& s, bool scaled) {
    const double base = s.result.ropes.front().config.base;
    if (scaled) return 131072;
    if (base == 5e5) return 8192;
    if (base == 1e6) return 16384;
    if (base != 1e4) return 0;
    return s.keys.real({"norm_eps"}, 0, 1).value_or(1e-5) < 5e-6 ? 2048 : 4096;
}

}  // namespace

void prepare_llama_params(config_source& s) {
    if (s.keys.has({"rope_theta"})) return;
    s.assumed_base = 1e4;
    s.result.notes.add(FARSPAN_NOTE_DEFAULT, s.keys.path_of("rope_theta"), "absent: 10000, as in Llama 1 and 2");
}

void finish_llama_params(config_source& s) {
    const bool scaled = s.keys.flag({"use_scaled_rope"}).value_or(false);
    if (scaled) use_scaled_rope(s);
    if (s.context > 0) return;
    s.context = context_of_release(s, scaled);
    if (s.context > 0)
        s.result.notes.add(FARSPAN_NOTE_DERIVED, s.keys.path_of("max_seq_len"),
                           "absent: %" PRId64 ", by the base and the epsilon of the norms", s.context);
}

}  // namespace farspan::config
