// Which oracle function answers which case of bias, absolute encoding and score.
#include <algorithm>
#include <cmath>

#include "absolute.hpp"
#include "attention.hpp"
#include "bias.hpp"
#include "score.hpp"
#include "vector_cases.hpp"

namespace oracle_test {
namespace {

double number(const parameters& p, const char* name) { return p.at(name).get<double>(); }
int whole(const parameters& p, const char* name) { return p.at(name).get<int>(); }
numbers list(const parameters& p, const char* name) { return p.at(name).get<numbers>(); }

// Round to `bits` significant binary digits, ties to even: bfloat16 has 8, float16 has 11.
double rounded(double value, int bits) {
    if (value == 0.0) return 0.0;
    const int exponent = std::ilogb(value) + 1 - bits;
    return std::ldexp(std::nearbyint(std::ldexp(value, -exponent)), exponent);
}

numbers rounded(numbers values, int bits) {
    for (double& value : values) value = rounded(value, bits);
    return values;
}

numbers largest_rounding(const numbers& values, int bits) {
    double largest = 0.0;
    for (double value : values) largest = std::max(largest, std::abs(value - rounded(value, bits)));
    return {largest};
}

using row_form = std::function<double(const parameters&, double slope, int64_t i, int64_t j)>;

// A form of the ALiBi bias over all keys of one query row.
void add_alibi_form(answer_table& table, const std::string& method, const row_form& form) {
    const auto bias = [=](const parameters& p) {
        const double slope = oracle::alibi_slopes(whole(p, "heads")).at(static_cast<size_t>(whole(p, "head")));
        const int64_t keys = p.contains("keys") ? whole(p, "keys") : std::ssize(p.at("attention_mask"));
        numbers row;
        for (int64_t j = 0; j < keys; ++j) row.push_back(form(p, slope, p.value("query", int64_t{0}), j));
        return row;
    };
    table[method + "/bias"] = bias;
    table[method + "/probability"] = [=](const parameters& p) { return oracle::softmax(bias(p)).probability; };
    table[method + "/bias_bfloat16"] = [=](const parameters& p) { return rounded(bias(p), 8); };
    table[method + "/max_error_bfloat16"] = [=](const parameters& p) { return largest_rounding(bias(p), 8); };
    table[method + "/max_error_float16"] = [=](const parameters& p) { return largest_rounding(bias(p), 11); };
}

void add_alibi(answer_table& table) {
    using namespace oracle;
    table["alibi/slopes"] = [](const parameters& p) { return alibi_slopes(whole(p, "heads")); };
    add_alibi_form(table, "alibi_relative",
                   [](const parameters&, double m, int64_t i, int64_t j) { return alibi_relative(m, i, j); });
    add_alibi_form(table, "alibi_key_only",
                   [](const parameters&, double m, int64_t, int64_t j) { return alibi_key_only(m, j); });
    add_alibi_form(table, "alibi_right_aligned", [](const parameters& p, double m, int64_t, int64_t j) {
        return alibi_right_aligned(m, j, whole(p, "keys"));
    });
    add_alibi_form(table, "alibi_symmetric",
                   [](const parameters&, double m, int64_t i, int64_t j) { return alibi_symmetric(m, i, j); });
    add_alibi_form(table, "alibi_falcon", [](const parameters& p, double m, int64_t, int64_t j) {
        return alibi_falcon(m, j, whole(p, "head_dim"));
    });
    add_alibi_form(table, "alibi_bloom", [](const parameters& p, double m, int64_t, int64_t j) {
        return alibi_bloom(m, p.at("attention_mask").get<std::vector<int>>(), j);
    });
    add_alibi_form(table, "alibi_lm_infinite", [](const parameters& p, double m, int64_t i, int64_t j) {
        return alibi_lm_infinite(m, i, j, whole(p, "limit"));
    });
    add_alibi_form(table, "alibi_interpolated", [](const parameters& p, double m, int64_t i, int64_t j) {
        return alibi_interpolated(m, i, j, whole(p, "trained_length"), whole(p, "keys"));
    });
}

int t5_bucket(const parameters& p, int64_t relative) {
    return oracle::t5_bucket(relative, p.at("bidirectional").get<bool>(), whole(p, "buckets"),
                             whole(p, "max_distance"));
}

// The smallest distance i - j that falls into each bucket, in order of distance.
numbers t5_first_distances(const parameters& p) {
    numbers first;
    int last = -1;
    for (int64_t distance = 0; distance < 2 * whole(p, "max_distance"); ++distance) {
        const int bucket = t5_bucket(p, -distance);
        if (bucket != last) first.push_back(static_cast<double>(distance));
        last = bucket;
    }
    return first;
}

numbers fire_input(const parameters& p) {
    return {oracle::fire_input(whole(p, "query"), whole(p, "key"), number(p, "c"), number(p, "threshold"),
                               number(p, "multiplier"), number(p, "eps"))};
}

void add_other_biases(answer_table& table) {
    using namespace oracle;
    table["t5/bucket"] = [](const parameters& p) {
        return numbers{static_cast<double>(t5_bucket(p, whole(p, "relative")))};
    };
    table["t5/first_distance"] = t5_first_distances;
    const auto kerple = [&](const char* name, double (*form)(double, double, int64_t)) {
        table[name] = [=](const parameters& p) {
            return numbers{form(number(p, "p"), number(p, "a"), whole(p, "distance"))};
        };
    };
    kerple("kerple_log/bias", kerple_log);
    kerple("kerple_power/bias", kerple_power);
    kerple("kerple_weight/weight", kerple_weight);
    table["sandwich/bias"] = [](const parameters& p) {
        return numbers{sandwich(whole(p, "distance"), whole(p, "head"), whole(p, "heads"), whole(p, "width"))};
    };
    table["fire/input"] = fire_input;
    table["fire/bias"] = [](const parameters& p) {
        const fire_mlp mlp{list(p, "w1"), list(p, "b1"), list(p, "w2"), list(p, "b2")};
        return numbers{fire_bias(fire_input(p)[0], mlp, 0)};
    };
}

oracle::sinusoidal_layout layout(const parameters& p) {
    const std::string name = p.at("layout");
    if (name == "interleaved") return oracle::sinusoidal_layout::interleaved;
    if (name == "blocks") return oracle::sinusoidal_layout::blocks;
    if (name == "blocks_shifted") return oracle::sinusoidal_layout::blocks_shifted;
    throw std::runtime_error("unknown layout " + name);
}

void add_absolute(answer_table& table) {
    table["sinusoidal/row"] = [](const parameters& p) {
        return oracle::sinusoidal_row(number(p, "position"), whole(p, "features"), layout(p), number(p, "base"));
    };
    table["learned/row"] = [](const parameters& p) {
        return oracle::learned_row(list(p, "table"), whole(p, "rows"), whole(p, "features"), whole(p, "position"));
    };
}

void add_length_scales(answer_table& table) {
    using namespace oracle;
    table["log_n/scale"] = [](const parameters& p) {
        return numbers{log_n(whole(p, "query"), number(p, "trained_length"))};
    };
    table["log_n_unclamped/scale"] = [](const parameters& p) {
        return numbers{log_n_unclamped(whole(p, "query"), number(p, "trained_length"))};
    };
    table["log_n_qwen/scale"] = [](const parameters& p) {
        return numbers{log_n_qwen(whole(p, "query"), number(p, "trained_length"), whole(p, "keys"))};
    };
    table["log_n_longlm_squared/scale"] = [](const parameters& p) {
        return numbers{log_n_longlm_squared(whole(p, "query"), number(p, "trained_length"))};
    };
    table["llama4_temperature/scale"] = [](const parameters& p) {
        return numbers{llama4_temperature(whole(p, "query"), number(p, "floor_scale"), number(p, "attn_scale"))};
    };
    table["ministral3_temperature/scale"] = [](const parameters& p) {
        return numbers{ministral3_temperature(whole(p, "query"), number(p, "original_context"), number(p, "beta"))};
    };
    table["dual_chunk_chunkllama/magnitude"] = [](const parameters& p) {
        return numbers{dual_chunk_magnitude_chunkllama(number(p, "length"), number(p, "max_position"))};
    };
    table["dual_chunk_vllm/temperature"] = [](const parameters& p) {
        return numbers{dual_chunk_temperature_vllm(number(p, "length"), number(p, "original_context"))};
    };
}

void add_constant_scales(answer_table& table) {
    using namespace oracle;
    table["deepseek/multiplier"] = [](const parameters& p) {
        return numbers{deepseek_multiplier(number(p, "factor"), number(p, "mscale_all_dim"))};
    };
    table["deepseek/scale"] = [](const parameters& p) {
        return numbers{deepseek_softmax_scale(whole(p, "head_dim"), number(p, "factor"), number(p, "mscale_all_dim"))};
    };
    table["softcap/score"] = [](const parameters& p) {
        return numbers{softcap(number(p, "score"), number(p, "softcap"))};
    };
    table["softmax_scale/scale"] = [](const parameters& p) { return numbers{softmax_scale(whole(p, "head_dim"))}; };
}

}  // namespace

void add_bias_answers(answer_table& table) {
    add_alibi(table);
    add_other_biases(table);
    add_absolute(table);
    add_length_scales(table);
    add_constant_scales(table);
}

}  // namespace oracle_test
