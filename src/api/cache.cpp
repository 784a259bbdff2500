#include "farspan/cache.h"

#include <algorithm>
#include <cinttypes>

#include "api/cache_handles.hpp"
#include "api/checks.hpp"
#include "base/counts.hpp"
#include "cache/save.hpp"

namespace farspan {
namespace {

constexpr int64_t most_rows = int64_t{1} << 31;

farspan_cache_config default_config() {
    farspan_cache_config config{};
    config.struct_size = sizeof config;
    config.dtype = FARSPAN_BF16;
    config.layers = 1;
    return config;
}

void check_range(const char* name, int64_t value, int64_t least, int64_t most) {
    if (value < least || value > most)
        throw failure(FARSPAN_ERROR_SHAPE, field_path("config.%s", name),
                      "is %" PRId64 ": must be between %" PRId64 " and %" PRId64, value, least, most);
}

block_shape check_config(const farspan_cache_config& config) {
    if (config.dtype != FARSPAN_F32 && config.dtype != FARSPAN_F16 && config.dtype != FARSPAN_BF16 &&
        config.dtype != FARSPAN_I8)
        throw failure(FARSPAN_ERROR_DTYPE, "config.dtype", "is %d: must be f32 (1), f16 (3), bf16 (4) or i8 (5)",
                      config.dtype);
    check_range("layers", config.layers, 1, 65536);
    check_range("key_heads", config.key_heads, 1, 65536);
    check_range("head_dim", config.head_dim, 1, 512);
    check_range("value_dim", config.value_dim, 0, 512);
    if (config.memory_limit < 0)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "config.memory_limit", "is %" PRId64 ": must not be negative",
                      config.memory_limit);
    return {config.dtype, config.layers, config.key_heads, config.head_dim,
            config.value_dim == 0 ? config.head_dim : config.value_dim};
}

}  // namespace

std::vector<batch_entry> read_batch(const farspan_cache_batch* batch) {
    const farspan_cache_batch given =
        read_struct(required(batch, "batch"), default_struct<farspan_cache_batch>(), "batch");
    const int64_t count = given.sequence_count;
    if (count < 1 || count > most_rows)
        throw failure(FARSPAN_ERROR_SHAPE, "batch.sequence_count", "is %" PRId64 ": must be between 1 and 2^31", count);
    required(given.sequence, "batch.sequence");
    check_input(given.offsets, given.offsets_count, count + 1, "batch.offsets", "one more than sequences");
    std::vector<batch_entry> entries;
    for (int64_t s = 0; s < count; ++s) {
        const int64_t first = given.offsets ? given.offsets[s] : s, last = given.offsets ? given.offsets[s + 1] : s + 1;
        if ((s == 0 && first != 0) || last < first || last > most_rows)
            throw failure(FARSPAN_ERROR_SHAPE, field_path("batch.offsets[%" PRId64 "]", s),
                          "is %" PRId64 " and the next %" PRId64
                          ": must begin with 0, not decrease, and stay below 2^31",
                          first, last);
        entries.push_back({given.sequence[s], s, first, last});
    }
    std::vector<int64_t> ids(given.sequence, given.sequence + count);
    std::sort(ids.begin(), ids.end());
    if (const auto twice = std::adjacent_find(ids.begin(), ids.end()); twice != ids.end())
        throw failure(FARSPAN_ERROR_COMBINATION, "batch.sequence", "holds %" PRId64 " twice", *twice);
    return entries;
}

void check_layer(const block_shape& shape, int64_t layer) {
    if (layer < 0 || layer >= shape.layers)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "layer", "is %" PRId64 ": must be between 0 and %" PRId64, layer,
                      shape.layers - 1);
}

}  // namespace farspan

using namespace farspan;

extern "C" {

void farspan_cache_config_init(farspan_cache_config* config, size_t size) {
    write_defaults(config, size, default_config());
}
void farspan_cache_batch_init(farspan_cache_batch* batch, size_t size) {
    write_defaults(batch, size, farspan_cache_batch{});
}
void farspan_sequence_info_init(farspan_sequence_info* info, size_t size) {
    write_defaults(info, size, farspan_sequence_info{});
}
void farspan_cache_statistics_init(farspan_cache_statistics* statistics, size_t size) {
    write_defaults(statistics, size, farspan_cache_statistics{});
}

farspan_status farspan_cache_create(const farspan_cache_config* config, farspan_cache** cache, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan_cache_config given = read_struct(required(config, "config"), default_config(), "config");
        farspan_cache*& result = required(cache, "cache");
        result = new farspan_cache{farspan::cache(check_config(given), given.memory_limit)};
    });
}

void farspan_cache_destroy(farspan_cache* cache) { delete cache; }

farspan_status farspan_cache_sequence_create(farspan_cache* cache, int64_t* sequence, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan_cache& to = required(cache, "cache");
        int64_t& result = required(sequence, "sequence");
        result = to.store.create();
    });
}

farspan_status farspan_cache_sequence_destroy(farspan_cache* cache, int64_t sequence, farspan_error* error) {
    return guard(error, {__func__}, [&] { required(cache, "cache").store.destroy(sequence); });
}

farspan_status farspan_cache_fork(farspan_cache* cache, int64_t sequence, int64_t* child, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan_cache& to = required(cache, "cache");
        int64_t& result = required(child, "child");
        result = to.store.fork(sequence);
    });
}

farspan_status farspan_cache_evict(farspan_cache* cache, int64_t sequence, int64_t first, int64_t last,
                                   farspan_error* error) {
    return guard(error, {__func__}, [&] { required(cache, "cache").store.evict(sequence, first, last); });
}

farspan_status farspan_cache_keep(farspan_cache* cache, int64_t sequence, int64_t sinks, int64_t recent,
                                  farspan_error* error) {
    return guard(error, {__func__}, [&] { required(cache, "cache").store.keep(sequence, sinks, recent); });
}

farspan_status farspan_cache_clear(farspan_cache* cache, farspan_error* error) {
    return guard(error, {__func__}, [&] { required(cache, "cache").store.clear(); });
}

farspan_status farspan_cache_sequence_info(const farspan_cache* cache, int64_t sequence, farspan_sequence_info* info,
                                           farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan::sequence& from = required(cache, "cache").store.find(sequence);
        farspan_sequence_info answer{};
        answer.tokens = from.tokens();
        if (!from.pages.empty())
            answer.first_position = from.pages.front().base + __builtin_ctzll(from.pages.front().present);
        answer.next_position = from.next_position;
        answer.blocks = static_cast<int64_t>(from.pages.size());
        answer.shared_blocks =
            std::count_if(from.pages.begin(), from.pages.end(), [](const page& p) { return p.data.shared(); });
        write_answer(info, "info", answer);
    });
}

farspan_status farspan_cache_get_statistics(const farspan_cache* cache, farspan_cache_statistics* statistics,
                                            farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan::cache& store = required(cache, "cache").store;
        farspan_cache_statistics answer{};
        answer.sequences = store.sequences();
        answer.blocks = store.pool().used();
        answer.free_blocks = store.pool().unused();
        answer.block_bytes = store.shape().block_bytes();
        write_answer(statistics, "statistics", answer);
    });
}

farspan_status farspan_cache_append(const farspan_context* context, farspan_cache* cache,
                                    const farspan_cache_batch* batch, const int64_t* positions, int64_t positions_count,
                                    farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan::cache& store = required(cache, "cache").store;
        const std::vector<batch_entry> entries = read_batch(batch);
        check_input(positions, positions_count, entries.back().last, "positions", "one for each row");
        store.append(workers_of(context), entries, positions);
    });
}

farspan_status farspan_cache_write(const farspan_context* context, farspan_cache* cache, int64_t layer,
                                   const farspan_cache_batch* batch, const farspan_tensor* k, const farspan_tensor* v,
                                   farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan::cache& store = required(cache, "cache").store;
        const block_shape& shape = store.shape();
        check_layer(shape, layer);
        const std::vector<batch_entry> entries = read_batch(batch);
        const int64_t rows = entries.back().last;
        if (rows == 0) return;
        const strided keys = check_tensor(k, "k", {1, shape.key_heads, rows, shape.head_dim}, access::read);
        const strided values = check_tensor(v, "v", {1, shape.key_heads, rows, shape.value_dim}, access::read);
        store.write(*settings(context).kernels, workers_of(context), layer, entries, keys, values);
    });
}

int64_t farspan_cache_save_size(const farspan_cache* cache, int64_t sequence) {
    try {
        return cache ? saved_size(cache->store.shape(), cache->store.find(sequence)) : 0;
    } catch (const failure&) {
        return 0;
    }
}

farspan_status farspan_cache_save(const farspan_context* context, const farspan_cache* cache, int64_t sequence,
                                  void* buffer, int64_t buffer_bytes, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        const farspan::cache& store = required(cache, "cache").store;
        const farspan::sequence& from = store.find(sequence);
        char& to = required(static_cast<char*>(buffer), "buffer");
        if (const int64_t needed = saved_size(store.shape(), from); buffer_bytes < needed)
            throw failure(FARSPAN_ERROR_SHAPE, "buffer_bytes", "is %" PRId64 ": the sequence needs %" PRId64,
                          buffer_bytes, needed);
        save(workers_of(context), store.shape(), from, &to);
    });
}

farspan_status farspan_cache_restore(const farspan_context* context, farspan_cache* cache, const void* buffer,
                                     int64_t buffer_bytes, int64_t* sequence, farspan_error* error) {
    return guard(error, {__func__}, [&] {
        farspan::cache& store = required(cache, "cache").store;
        const char& from = required(static_cast<const char*>(buffer), "buffer");
        if (buffer_bytes < 0)
            throw failure(FARSPAN_ERROR_SHAPE, "buffer_bytes", "is %" PRId64 ": must not be negative", buffer_bytes);
        int64_t& result = required(sequence, "sequence");
        result = restore(workers_of(context), store, {&from, static_cast<std::size_t>(buffer_bytes)});
    });
}

}  // extern "C"
