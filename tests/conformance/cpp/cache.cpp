// Histories of a cache, through farspan/cpp/cache.hpp.
#include "farspan/cpp/cache.hpp"

#include <optional>

#include "call.hpp"

namespace conformance {
namespace {

struct history : call {
    std::optional<farspan::cache> cache;
    std::vector<int64_t> sequences;  // in the order in which the steps made them
    std::vector<std::vector<std::byte>> saved;

    int64_t sequence() const { return sequences.at(static_cast<std::size_t>(whole("sequence"))); }
    farspan::cache_batch batch() const {
        std::vector<int64_t> ids;
        for (const int64_t index : wholes("sequences")) ids.push_back(sequences.at(static_cast<std::size_t>(index)));
        return farspan::cache_batch(std::move(ids), wholes("offsets"));
    }
};

void create(history& h) {
    h.cache.emplace(h.config<farspan_cache_config, farspan::cache_config>("cache_config", "config"));
    h.sequences.clear();
}

// Of what was saved: all, perhaps with an inverted byte, or its beginning.
void restore(history& h) {
    std::vector<std::byte> bytes = h.saved.at(static_cast<std::size_t>(h.whole("saved")));
    bytes.resize(static_cast<std::size_t>(h.whole("bytes", static_cast<int64_t>(bytes.size()))));
    if (h.has("damage")) bytes.at(static_cast<std::size_t>(h.whole("damage"))) ^= std::byte{0xff};
    h.sequences.push_back(h.cache->restore(bytes));
}

void info(history& h) {
    const farspan_sequence_info info = h.cache->sequence_info(h.sequence());
    give(&h.r, "sequence_info", &info);
}

void statistics(history& h) {
    const farspan_cache_statistics statistics = h.cache->statistics();
    give(&h.r, "cache_statistics", &statistics);
}

void run(history& h) {
    const farspan::const_tensor q = h.in("q");
    const farspan::tensor out = h.out("out");
    const auto lse = h.lse_of(q);
    const farspan::scheme scheme = h.scheme();
    h.r.stage = "cache_plan_create";
    const farspan::cache_plan plan(scheme, *h.cache, h.batch(), q.extent(1), h.wholes("positions"), h.whole("length"),
                                   h.context);
    std::vector<std::byte> workspace(h.has("workspace") ? plan.workspace_size() : 0);
    h.r.stage = "cache_run";
    plan.run(h.whole("layer"), q, out, {lse, workspace}, h.context);
}

void decode(history& h) {
    const farspan::const_tensor q = h.in("q");
    const farspan::tensor out = h.out("out");
    const auto lse = h.lse_of(q);
    farspan::attention_decode(h.scheme(), *h.cache, h.whole("layer"), h.batch(), q, out, lse, h.context);
}

using step_map = std::map<std::string, void (*)(history&)>;

const step_map& steps() {
    static const step_map all = {
        {"cache_create", create},
        {"cache_sequence_create", [](history& h) { h.sequences.push_back(h.cache->sequence_create()); }},
        {"cache_sequence_destroy", [](history& h) { h.cache->sequence_destroy(h.sequence()); }},
        {"cache_fork", [](history& h) { h.sequences.push_back(h.cache->fork(h.sequence())); }},
        {"cache_evict", [](history& h) { h.cache->evict(h.sequence(), h.whole("first"), h.whole("last", INT64_MAX)); }},
        {"cache_keep", [](history& h) { h.cache->keep(h.sequence(), h.whole("sinks"), h.whole("recent")); }},
        {"cache_clear", [](history& h) { h.cache->clear(); }},
        {"cache_append", [](history& h) { h.cache->append(h.batch(), h.wholes("positions")); }},
        {"cache_write",
         [](history& h) { h.cache->write(h.whole("layer"), h.batch(), h.in("k"), h.in("v"), h.context); }},
        {"cache_save", [](history& h) { h.saved.push_back(h.cache->save(h.sequence())); }},
        {"cache_restore", restore},
        {"cache_sequence_info", info},
        {"cache_get_statistics", statistics},
        {"cache_run", run},
        {"attention_decode", decode},
    };
    return all;
}

}  // namespace

void cache_history(const call& c) {
    history h{c, {}, {}, {}};
    c.each("steps", [&](const cJSON* step) {
        h.r.stage = ::text(step, "call");
        if (!h.has("status")) {
            steps().at(h.r.stage)(h);
        } else {  // must fail, after which the history goes on
            int64_t status = FARSPAN_OK, argument = 0;
            try {
                steps().at(h.r.stage)(h);
            } catch (const farspan::error& cause) {
                status = cause.status();
                argument = cause.argument();
            }
            h.give({status, argument});
        }
        flush(&h.r);
    });
}

}  // namespace conformance
