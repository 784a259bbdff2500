// Temperatures: factors on the logit that grow with the position or the length, against the flattening of softmax over
// more keys. log-n (Su, kexue.fm 8823; Qwen-1); the attention temperature of Llama 4 and of Ministral 3; Dual Chunk
// Attention's factor of the whole length.
#include <algorithm>
#include <cmath>

#include "base/failure.hpp"
#include "method/registry.hpp"

namespace farspan {
namespace {

// Tokens up to and including the position. Queries before position 0 see nothing; they count as the first.
double tokens(int64_t position) { return static_cast<double>(std::max<int64_t>(position, 0)) + 1; }

void add_log_n(const farspan_score_config& config, double least, score_part& part) {
    const double trained = std::log(config.trained_length);
    part.temperature = [trained, least](int64_t position) {
        return std::max(least, std::log(tokens(position)) / trained);
    };
}

// Grows by a step whenever the number of tokens reaches a multiple of the floor.
double stepped(const farspan_score_config& config, double count) {
    return 1 + config.alpha * std::log(std::floor(count / config.trained_length) + 1);
}

}  // namespace

void check_log_n(const farspan_score_config& config) {
    if (config.trained_length <= 1)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "score.trained_length", "is %g: must be above 1 and at most 2^40",
                      config.trained_length);
}

void lower_temperature_none(const farspan_score_config&, int64_t, score_part&) {}

void lower_temperature_log_n(const farspan_score_config& config, int64_t, score_part& part) {
    add_log_n(config, 1, part);
}

void lower_temperature_log_n_trained(const farspan_score_config& config, int64_t, score_part& part) {
    add_log_n(config, 0, part);
}

void lower_temperature_log_n_long(const farspan_score_config& config, int64_t length, score_part& part) {
    if (static_cast<double>(length) > config.trained_length) add_log_n(config, 1, part);
}

void lower_temperature_llama4(const farspan_score_config& config, int64_t, score_part& part) {
    part.temperature = [config](int64_t position) { return stepped(config, tokens(position)); };
}

// Counts the tokens before the position, without its own.
void lower_temperature_ministral3(const farspan_score_config& config, int64_t, score_part& part) {
    part.temperature = [config](int64_t position) { return stepped(config, tokens(position) - 1); };
}

void lower_temperature_length(const farspan_score_config& config, int64_t length, score_part& part) {
    const double growth = config.alpha * std::log(static_cast<double>(length) / config.trained_length) + 1;
    part.multiplier *= std::pow(std::max(1.0, growth), config.power);
}

}  // namespace farspan
