#include <algorithm>
#include <cmath>

#include "cached.hpp"
#include "losses.hpp"
#include "tasks.hpp"

namespace tool {
namespace {

constexpr int64_t group_bytes = 8192;  // prompts that are read together

struct trial {
    size_t result;  // which depth
    int64_t key;
    std::string text;
};

farspan::eval::passkey_config config_of(const passkey_options& o, int64_t length) {
    farspan::eval::passkey_config config(o.form);
    config.length = length - passkey_answer_bytes;
    return config;
}

trial make_trial(const passkey_options& o, int64_t length, size_t depth, int64_t number) {
    farspan::eval::passkey_config config = config_of(o, length);
    config.depth = o.depths[depth];
    config.seed = static_cast<uint64_t>(number);
    const farspan::eval::passkey made = farspan::eval::passkey_make(config);
    return {depth, made.key, made.text};
}

// The mean loss of the key's digits after the prompt and a space.
double spell_key(cached_pass& pass, const task_setting& s, const cached_scheme& how, int64_t sequence, int64_t key) {
    const std::string spelled = " " + std::to_string(key);
    const auto* bytes = reinterpret_cast<const uint8_t*>(spelled.data());
    const auto digits = static_cast<int64_t>(spelled.size()) - 1;
    std::vector<double> losses(static_cast<size_t>(digits));
    pass.run(how, {{sequence, bytes, digits}}, [&](int64_t, int64_t first, int64_t rows, const float* logits) {
        byte_losses(s.context, logits, bytes + first + 1, rows, pass.vocabulary(), losses.data() + first);
    });
    return summarize(losses).nll;
}

// Prompts of one group: each is read once; a fork of it answers freely, itself spells the key.
void run_group(const task_setting& s, const farspan::scheme& scheme, const std::vector<trial>& group,
               std::vector<passkey_result>& results) {
    cached_pass pass(s.context, *s.model, {});
    const cached_scheme how{&scheme, s.how->mask, s.length};
    std::vector<int64_t> sequences, forks;
    std::vector<std::string> texts;
    for (const trial& t : group) {
        sequences.push_back(pass.create());
        texts.push_back(t.text);
    }
    std::vector<std::vector<float>> last;
    read_texts(pass, how, sequences, texts, last);
    for (const int64_t sequence : sequences) forks.push_back(pass.fork(sequence));
    const std::vector<std::string> answers = continue_greedily(pass, how, forks, last, passkey_answer_bytes);
    for (size_t n = 0; n < group.size(); ++n) {
        passkey_result& result = results[group[n].result];
        ++result.trials;
        result.correct += farspan::eval::passkey_check(answers[n], group[n].key);
        result.digit_nll += spell_key(pass, s, how, sequences[n], group[n].key);  // a sum so far
    }
}

}  // namespace

bool passkey_fits(const passkey_options& o, int64_t length) {
    try {
        farspan::eval::passkey_make(config_of(o, length));
        return true;
    } catch (const farspan::error&) {
        return false;
    }
}

std::vector<passkey_result> find_passkeys(const task_setting& s, const passkey_options& o) {
    const farspan::scheme scheme = make_scheme(*s.how);
    std::vector<passkey_result> results;
    std::vector<trial> group;
    for (size_t depth = 0; depth < o.depths.size(); ++depth) {
        results.push_back({o.depths[depth], 0, 0, 0});
        for (int64_t number = 0; number < o.trials; ++number) {
            group.push_back(make_trial(o, s.length, depth, number));
            const bool full = static_cast<int64_t>(group.size() + 1) * s.length > group_bytes;
            const bool end = depth + 1 == o.depths.size() && number + 1 == o.trials;
            if (!full && !end) continue;
            run_group(s, scheme, group, results);
            group.clear();
        }
    }
    for (passkey_result& result : results) result.digit_nll /= static_cast<double>(std::max<int64_t>(1, result.trials));
    return results;
}

}  // namespace tool
