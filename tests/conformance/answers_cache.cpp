// Histories of a cache by definition: plain lists of tokens, and attention over a list in double. What a cache stores
// is rounded here, by the rules of cache.h.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "answers.hpp"
#include "farspan/cache.h"
#include "int8_rows.hpp"
#include "number_types.hpp"

namespace conformance {
namespace {

using namespace farspan_test;

constexpr int64_t block_tokens = 64;

struct token {
    int64_t position;
    std::vector<std::vector<double>> k, v;  // [layer][head * size + feature]
};

struct token_list {
    std::vector<token> tokens;
    int64_t next_position = 0;
    std::map<int64_t, int64_t> blocks;  // which block holds the positions 64 n .. 64 n + 63, by n
    bool ended = false;
};

// Another seed has no value half-way between two of int8.
void round_row(int32_t dtype, double* row, int64_t size, void (*to_int8)(double*, int64_t, bool)) {
    if (dtype == FARSPAN_I8) return to_int8(row, size, true);
    for (int64_t f = 0; f < size; ++f) row[f] = rounded(dtype, row[f]);
}

// The rows of a step: which of them belong to which list.
struct share {
    token_list* list;
    int64_t first, rows;
};

class history {
public:
    json play(const json& steps, const std::string& name) {
        for (json step : steps) {
            step["name"] = name;
            if (step.contains("status"))
                give({step.at("status").get<double>(), step.at("argument").get<double>()});
            else
                (this->*calls.at(step.at("call").get<std::string>()))(step);
        }
        return outputs_;
    }

private:
    static const std::map<std::string, void (history::*)(const json& step)> calls;

    void create(const json& step) {
        farspan_cache_config_init(&form_, sizeof form_);
        set_numbers(form_, "cache_config", step.at("config"));
        if (form_.value_dim == 0) form_.value_dim = form_.head_dim;
        lists_.clear();
    }

    void begin(const json&) { lists_.emplace_back(); }

    void end(const json& step) { list_of(step) = token_list{{}, 0, {}, true}; }

    void fork(const json& step) { lists_.push_back(token_list(list_of(step))); }

    void evict(const json& step) {
        evict(list_of(step), step.at("first").get<int64_t>(), step.value("last", INT64_MAX));
    }

    void keep(const json& step) {
        token_list& list = list_of(step);
        const auto sinks = step.at("sinks").get<int64_t>();
        const int64_t last = list.next_position - step.at("recent").get<int64_t>();
        if (sinks < last) evict(list, sinks, last);
    }

    void clear(const json&) {
        for (token_list& list : lists_) list = {{}, 0, {}, true};
    }

    void append(const json& step) {
        const auto positions = array_or_empty<int64_t>(step, "positions");
        const auto layers = static_cast<size_t>(form_.layers);
        for (const share& part : shares_of(step))
            for (int64_t row = part.first; row < part.first + part.rows; ++row) {
                token_list& list = *part.list;
                const int64_t at = positions.empty() ? list.next_position : positions[static_cast<size_t>(row)];
                own(list, at / block_tokens);
                const std::vector<double> k(static_cast<size_t>(form_.key_heads * form_.head_dim));
                const std::vector<double> v(static_cast<size_t>(form_.key_heads * form_.value_dim));
                list.tokens.push_back({at, {layers, k}, {layers, v}});
                list.next_position = at + 1;
            }
    }

    void write(const json& step) {
        const tensor_memory k(step.at("k")), v(step.at("v"));
        const auto layer = step.at("layer").get<size_t>();
        for (const share& part : shares_of(step))
            for (int64_t n = 0; n < part.rows; ++n) {
                std::vector<token>& tokens = part.list->tokens;
                token& to = tokens[tokens.size() - static_cast<size_t>(part.rows - n)];
                own(*part.list, to.position / block_tokens);
                for (int64_t h = 0; h < form_.key_heads; ++h) {
                    std::vector<double> key = k.row(0, h, part.first + n), value = v.row(0, h, part.first + n);
                    round_row(form_.dtype, key.data(), form_.head_dim, round_key_to_int8);
                    round_row(form_.dtype, value.data(), form_.value_dim, round_value_to_int8);
                    std::copy(key.begin(), key.end(), to.k[layer].begin() + h * form_.head_dim);
                    std::copy(value.begin(), value.end(), to.v[layer].begin() + h * form_.value_dim);
                }
            }
    }

    void save(const json& step) { saved_.push_back(list_of(step)); }

    void restore(const json& step) {
        token_list list = saved_.at(step.at("saved").get<size_t>());
        for (auto& [number, block] : list.blocks) block = next_block_++;
        lists_.push_back(std::move(list));
    }

    void info(const json& step) {
        const token_list& list = list_of(step);
        const auto real = [](auto number) { return static_cast<double>(number); };
        const auto shared = std::count_if(list.blocks.begin(), list.blocks.end(),
                                          [&](const auto& entry) { return is_shared(list, entry.second); });
        give({real(list.tokens.size()), list.tokens.empty() ? 0 : real(list.tokens.front().position),
              real(list.next_position), real(list.blocks.size()), real(shared)});
    }

    // How many free blocks are kept, and how large a block is, is the library's own affair.
    void statistics(const json&) {
        std::set<int64_t> blocks;
        for (const token_list& list : lists_)
            for (const auto& entry : list.blocks) blocks.insert(entry.second);
        const auto living =
            std::count_if(lists_.begin(), lists_.end(), [](const token_list& list) { return !list.ended; });
        give({static_cast<double>(living), static_cast<double>(blocks.size()), 0, 0}, 2);
    }

    void attend(const json& step) {
        const tensor_memory q(step.at("q")), out(step.at("out"));
        const auto layer = step.at("layer").get<size_t>();
        const auto positions = array_or_empty<int64_t>(step, "positions");
        const scheme_spec spec = read_scheme(step);
        const auto heads = static_cast<size_t>(q.shape[1]), rows = static_cast<size_t>(q.shape[2]);
        const auto width = static_cast<size_t>(form_.value_dim);
        std::vector<double> values(heads * rows * width), sums(heads * rows);
        for (const share& part : shares_of(step)) {
            if (part.rows == 0) continue;
            const attention_problem problem = problem_of(step, part, positions);
            attention_data data(problem);
            fill(data, *part.list, layer);
            for (int64_t h = 0; h < q.shape[1]; ++h)
                for (int64_t i = 0; i < part.rows; ++i)
                    for (int64_t f = 0; f < form_.head_dim; ++f) data.q.set(0, h, i, f, q.at(0, h, part.first + i, f));
            const attention_expected expected = expect_attention(spec, problem, data);
            const auto first = static_cast<size_t>(part.first), count = static_cast<size_t>(part.rows);
            for (size_t h = 0; h < heads; ++h)
                for (size_t i = 0; i < count; ++i) {
                    const size_t from = h * count + i, to = h * rows + first + i;
                    sums[to] = expected.lse[from];
                    std::copy_n(expected.out.begin() + static_cast<std::ptrdiff_t>(from * width), width,
                                values.begin() + static_cast<std::ptrdiff_t>(to * width));
                }
        }
        outputs_.push_back(expect_out(out, values));
        if (step.contains("lse")) outputs_.push_back(expect_lse(sums));
    }

    void advance(const json& step) { append(step), write(step), attend(step); }

    token_list& list_of(const json& step) { return lists_.at(step.at("sequence").get<size_t>()); }

    std::vector<share> shares_of(const json& step) {
        const auto ids = array<size_t>(step.at("sequences"));
        const auto offsets = array_or_empty<int64_t>(step, "offsets");
        std::vector<share> result;
        for (size_t s = 0; s < ids.size(); ++s) {
            const int64_t first = offsets.empty() ? static_cast<int64_t>(s) : offsets[s];
            result.push_back({&lists_.at(ids[s]), first, offsets.empty() ? 1 : offsets[s + 1] - first});
        }
        return result;
    }

    bool is_shared(const token_list& owner, int64_t block) const {
        return std::any_of(lists_.begin(), lists_.end(), [&](const token_list& other) {
            return &other != &owner && std::any_of(other.blocks.begin(), other.blocks.end(),
                                                   [&](const auto& entry) { return entry.second == block; });
        });
    }

    // Before a list writes to a block: it gets a copy of its own if a fork uses the block too, or a new one.
    void own(token_list& list, int64_t number) {
        const auto found = list.blocks.find(number);
        if (found == list.blocks.end() || is_shared(list, found->second)) list.blocks[number] = next_block_++;
    }

    void evict(token_list& list, int64_t first, int64_t last) {
        std::erase_if(list.tokens, [&](const token& t) { return t.position >= first && t.position < last; });
        if (last >= list.next_position) list.next_position = std::min(list.next_position, first);
        std::set<int64_t> used;
        for (const token& t : list.tokens) used.insert(t.position / block_tokens);
        std::erase_if(list.blocks, [&](const auto& entry) { return used.count(entry.first) == 0; });
    }

    attention_problem problem_of(const json& step, const share& part, const std::vector<int64_t>& positions) const {
        attention_problem problem;
        problem.query_heads = step.at("q").at("shape").at(1).get<int64_t>();
        problem.key_heads = form_.key_heads;
        problem.queries = part.rows;
        problem.keys = static_cast<int64_t>(part.list->tokens.size());
        problem.head_dim = form_.head_dim;
        problem.value_dim = form_.value_dim;
        for (const token& t : part.list->tokens) problem.key_positions.push_back(t.position);
        if (positions.empty())
            problem.query_positions.assign(problem.key_positions.end() - part.rows, problem.key_positions.end());
        else
            problem.query_positions.assign(positions.begin() + part.first, positions.begin() + part.first + part.rows);
        problem.length = step.value("length", int64_t{0});
        if (problem.length == 0)
            problem.length = std::max(part.list->next_position, 1 + *std::max_element(problem.query_positions.begin(),
                                                                                      problem.query_positions.end()));
        return problem;
    }

    void fill(attention_data& data, const token_list& list, size_t layer) const {
        for (size_t j = 0; j < list.tokens.size(); ++j)
            for (int64_t h = 0; h < form_.key_heads; ++h) {
                const auto at = static_cast<int64_t>(j);
                for (int64_t f = 0; f < form_.head_dim; ++f)
                    data.k.set(0, h, at, f, list.tokens[j].k[layer][static_cast<size_t>(h * form_.head_dim + f)]);
                for (int64_t f = 0; f < form_.value_dim; ++f)
                    data.v.set(0, h, at, f, list.tokens[j].v[layer][static_cast<size_t>(h * form_.value_dim + f)]);
            }
    }

    void give(const std::vector<double>& exact, size_t compared = std::numeric_limits<size_t>::max()) {
        expected_output expected;
        for (const double value : exact) expected.add(value, 0);
        for (size_t n = compared; n < exact.size(); ++n) expected.skip(n);
        outputs_.push_back(expected.sample(double_digits));
    }

    farspan_cache_config form_{};
    std::vector<token_list> lists_, saved_;
    int64_t next_block_ = 0;
    json outputs_ = json::array();
};

const std::map<std::string, void (history::*)(const json& step)> history::calls = {
    {"cache_create", &history::create},
    {"cache_sequence_create", &history::begin},
    {"cache_sequence_destroy", &history::end},
    {"cache_fork", &history::fork},
    {"cache_evict", &history::evict},
    {"cache_keep", &history::keep},
    {"cache_clear", &history::clear},
    {"cache_append", &history::append},
    {"cache_write", &history::write},
    {"cache_save", &history::save},
    {"cache_restore", &history::restore},
    {"cache_sequence_info", &history::info},
    {"cache_get_statistics", &history::statistics},
    {"cache_run", &history::attend},
    {"cache_plan_advance", &history::advance},
    {"attention_decode", &history::attend},
};

}  // namespace

const answer_map& cache_answers() {
    static const answer_map all = {{"cache_history", [](const json& one, const json& given) {
                                        return history().play(given.at("steps"), one.at("name").get<std::string>());
                                    }}};
    return all;
}

}  // namespace conformance
