// Histories of a cache, through farspan/cpp/cache.hpp.
#include "farspan/cpp/cache.hpp"

#include <map>
#include <optional>

#include "inputs.hpp"

namespace conformance {
namespace {

class history {
public:
    history(outcome& result, const farspan::context& context) : result_(result), context_(context) {}

    void step(const json& one) {
        const auto call = one.at("call").get<std::string>();
        result_.stage = call;
        if (!one.contains("status")) return calls().at(call)(*this, one);
        int64_t status = FARSPAN_OK, argument = 0;  // must fail, after which the history goes on
        try {
            calls().at(call)(*this, one);
        } catch (const farspan::error& cause) {
            status = cause.status();
            argument = cause.argument();
        }
        give({status, argument});
    }

private:
    static const std::map<std::string, void (*)(history&, const json&)>& calls();

    int64_t sequence(const json& one) const { return sequences_.at(one.at("sequence").get<std::size_t>()); }
    farspan::cache_batch batch(const json& one) const {
        std::vector<int64_t> ids;
        for (const json& index : one.at("sequences")) ids.push_back(sequences_.at(index.get<std::size_t>()));
        return farspan::cache_batch(std::move(ids), array_or_empty<int64_t>(one, "offsets"));
    }
    void give(std::initializer_list<int64_t> values) {
        std::copy(values.begin(), values.end(), result_.integers(values.size()).data());
    }
    farspan::array_view<float> lse(const json& one, const const_tensor& q) {
        if (!one.contains("lse")) return {};
        return result_.floats(static_cast<std::size_t>(q.extent(0) * q.extent(1) * q.extent(2)));
    }

    void create(const json& one) {
        farspan::cache_config config;
        set_fields<farspan_cache_config>(config, cache_fields, one.at("config"));
        cache_.emplace(config);
        sequences_.clear();
    }
    void write(const json& one) {
        const input k(one.at("k")), v(one.at("v"));
        cache_->write(one.at("layer").get<int64_t>(), batch(one), k.view(), v.view(), &context_);
    }
    void restore(const json& one) {
        std::vector<std::byte> bytes = saved_.at(one.at("saved").get<std::size_t>());
        if (one.contains("bytes")) bytes.resize(one.at("bytes").get<std::size_t>());
        if (one.contains("damage")) bytes.at(one.at("damage").get<std::size_t>()) ^= std::byte{0xff};
        sequences_.push_back(cache_->restore(bytes));
    }
    void info(const json& one) {
        const farspan_sequence_info info = cache_->sequence_info(sequence(one));
        give({info.tokens, info.first_position, info.next_position, info.blocks, info.shared_blocks});
    }
    void statistics() {
        const farspan_cache_statistics answer = cache_->statistics();
        give({answer.sequences, answer.blocks, answer.free_blocks, answer.block_bytes});
    }
    void run(const json& one) {
        const input q(one.at("q"));
        const const_tensor queries = q.view();
        const tensor out = writable(result_, one.at("out"));
        const farspan::scheme scheme = make_scheme(result_, one);
        const auto positions = array_or_empty<int64_t>(one, "positions");
        result_.stage = "cache_plan_create";
        const farspan::cache_plan plan(scheme, *cache_, batch(one), queries.extent(1), positions,
                                       one.value("length", int64_t{0}), &context_);
        std::vector<std::byte> workspace(one.contains("workspace") ? plan.workspace_size() : 0);
        result_.stage = "cache_run";
        plan.run(one.at("layer").get<int64_t>(), queries, out, {lse(one, queries), workspace}, &context_);
    }
    void decode(const json& one) {
        const input q(one.at("q"));
        const tensor out = writable(result_, one.at("out"));
        const farspan::scheme scheme = make_scheme(result_, one);
        farspan::attention_decode(scheme, *cache_, one.at("layer").get<int64_t>(), batch(one), q.view(), out,
                                  lse(one, q.view()), &context_);
    }

    outcome& result_;
    const farspan::context& context_;
    std::optional<farspan::cache> cache_;
    std::vector<int64_t> sequences_;  // in the order in which the steps made them
    std::vector<std::vector<std::byte>> saved_;
};

const std::map<std::string, void (*)(history&, const json&)>& history::calls() {
    static const std::map<std::string, void (*)(history&, const json&)> all = {
        {"cache_create", [](history& h, const json& one) { h.create(one); }},
        {"cache_sequence_create", [](history& h, const json&) { h.sequences_.push_back(h.cache_->sequence_create()); }},
        {"cache_sequence_destroy", [](history& h, const json& one) { h.cache_->sequence_destroy(h.sequence(one)); }},
        {"cache_fork", [](history& h, const json& one) { h.sequences_.push_back(h.cache_->fork(h.sequence(one))); }},
        {"cache_evict",
         [](history& h, const json& one) {
             h.cache_->evict(h.sequence(one), one.at("first").get<int64_t>(), one.value("last", INT64_MAX));
         }},
        {"cache_keep",
         [](history& h, const json& one) {
             h.cache_->keep(h.sequence(one), one.at("sinks").get<int64_t>(), one.at("window").get<int64_t>());
         }},
        {"cache_clear", [](history& h, const json&) { h.cache_->clear(); }},
        {"cache_append",
         [](history& h, const json& one) {
             h.cache_->append(h.batch(one), array_or_empty<int64_t>(one, "positions"));
         }},
        {"cache_write", [](history& h, const json& one) { h.write(one); }},
        {"cache_save", [](history& h, const json& one) { h.saved_.push_back(h.cache_->save(h.sequence(one))); }},
        {"cache_restore", [](history& h, const json& one) { h.restore(one); }},
        {"cache_sequence_info", [](history& h, const json& one) { h.info(one); }},
        {"cache_get_statistics", [](history& h, const json&) { h.statistics(); }},
        {"cache_run", [](history& h, const json& one) { h.run(one); }},
        {"attention_decode", [](history& h, const json& one) { h.decode(one); }},
    };
    return all;
}

}  // namespace

void cache_history(outcome& result, const json& one, const farspan::context& context) {
    history all(result, context);
    for (const json& step : one.at("arguments").at("steps")) all.step(step);
}

}  // namespace conformance
