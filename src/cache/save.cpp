#include "cache/save.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/failure.hpp"
#include "base/parallel.hpp"
#include "cache/wide.hpp"
#include "farspan/cache.h"

namespace farspan {
namespace {

constexpr char magic[8] = {'F', 'A', 'R', 'S', 'P', 'A', 'N', 'C'};
// Version 1 had another int8; the other types are as they were.
constexpr uint32_t version = 2, oldest_version = 1, oldest_int8_version = 2;
constexpr int64_t max_position = int64_t{1} << 40;

struct saved_header {
    char magic[8];
    uint32_t version;
    int32_t dtype;
    int64_t layers, key_heads, head_dim, value_dim;
    int64_t next_position;
    int64_t pages;
    uint64_t checksum;  // of all bytes with this field 0
};
static_assert(sizeof(saved_header) == 72);

struct saved_page {
    int64_t base;
    uint64_t present;
};

saved_header make_header(const block_shape& shape, const sequence& from) {
    saved_header header{};
    std::memcpy(header.magic, magic, sizeof magic);
    header.version = version;
    header.dtype = shape.dtype;
    header.layers = shape.layers;
    header.key_heads = shape.key_heads;
    header.head_dim = shape.head_dim;
    header.value_dim = shape.value_dim;
    header.next_position = from.next_position;
    header.pages = static_cast<int64_t>(from.pages.size());
    return header;
}

bool order_block(const block_shape& shape, char* memory) {
    bool right = true;
    for (int64_t layer = 0; shape.has_scales() && layer < shape.layers; ++layer)
        for (int64_t head = 0; head < shape.key_heads; ++head)
            right &= order_wide(shape, slice_at(shape, memory, layer, head));
    return right;
}

uint64_t checksum(const volatile int32_t* cancel, saved_header header, const char* rest, std::size_t size) {
    constexpr std::size_t piece = std::size_t{1} << 20;  // between looks at the flag
    header.checksum = 0;
    const XXH64_hash_t head = XXH3_64bits(&header, sizeof header);
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset_withSeed(&state, head);
    for (std::size_t at = 0; at < size; at += piece) {
        stop_if_set(cancel);
        XXH3_64bits_update(&state, rest + at, std::min(piece, size - at));
    }
    return XXH3_64bits_digest(&state);
}

// What copying pages and putting them in order takes.
double copying_work(const block_shape& shape, int64_t pages) {
    return 4.0 * static_cast<double>(pages) * static_cast<double>(shape.block_bytes());
}

[[noreturn]] void refuse(const char* why) {
    throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "buffer", "does not hold a saved sequence: %s", why);
}

saved_header check_header(const volatile int32_t* cancel, const block_shape& shape, const char* from,
                          std::size_t size) {
    saved_header header;
    if (size < sizeof header) refuse("it is too short");
    std::memcpy(&header, from, sizeof header);
    if (std::memcmp(header.magic, magic, sizeof magic) != 0) refuse("it begins differently");
    if (header.version < oldest_version || header.version > version)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "buffer", "is of version %u: this library reads versions %u to %u",
                      header.version, oldest_version, version);
    if (header.dtype == FARSPAN_I8 && header.version < oldest_int8_version)
        throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "buffer",
                      "is of version %u: of int8 caches this library reads version %u", header.version, version);
    if (header.checksum != checksum(cancel, header, from + sizeof header, size - sizeof header))
        refuse("the checksum is wrong");
    if (block_shape{header.dtype, header.layers, header.key_heads, header.head_dim, header.value_dim} != shape)
        throw failure(FARSPAN_ERROR_SHAPE, "buffer",
                      "is of a cache with dtype %d, %" PRId64 " layers, %" PRId64 " key heads, head_dim %" PRId64
                      ", value_dim %" PRId64,
                      header.dtype, header.layers, header.key_heads, header.head_dim, header.value_dim);
    const std::size_t rest = size - sizeof header,
                      per_page = sizeof(saved_page) + static_cast<std::size_t>(shape.block_bytes());
    if (header.pages < 0 || rest % per_page != 0 || static_cast<std::size_t>(header.pages) != rest / per_page)
        refuse("its size is wrong");
    return header;
}

}  // namespace

int64_t saved_size(const block_shape& shape, const sequence& from) {
    return static_cast<int64_t>(sizeof(saved_header)) +
           static_cast<int64_t>(from.pages.size()) * (static_cast<int64_t>(sizeof(saved_page)) + shape.block_bytes());
}

void save(const workers& by, const block_shape& shape, const sequence& from, char* to) {
    stop_if_set(by.cancel);
    saved_header header = make_header(shape, from);
    char* const rest = to + sizeof header;
    char* at = rest;
    for (const page& p : from.pages) {
        const saved_page record{p.base, p.present};
        std::memcpy(at, &record, sizeof record);
        at += sizeof record;
    }
    char* const blocks = at;
    const auto block_bytes = static_cast<std::size_t>(shape.block_bytes());
    const double work = copying_work(shape, header.pages);
    std::vector<aligned_vector<char>> aligned(static_cast<std::size_t>(useful_threads(by.threads, header.pages, work)));
    parallel_for(by.threads, header.pages, work, [&](int64_t n, int32_t worker) {
        stop_if_set(by.cancel);
        const page& p = from.pages[static_cast<std::size_t>(n)];
        aligned_vector<char>& own = aligned[static_cast<std::size_t>(worker)];
        own.resize(block_bytes);
        std::memcpy(own.data(), p.data->memory.data(), block_bytes);
        clear_lanes(shape, own.data(), ~p.present);  // what another sequence has forgotten
        order_block(shape, own.data());              // and what the order of high bytes tells of it
        std::memcpy(blocks + static_cast<std::size_t>(n) * block_bytes, own.data(), block_bytes);
    });
    const char* const end = blocks + static_cast<std::size_t>(header.pages) * block_bytes;
    header.checksum = checksum(by.cancel, header, rest, static_cast<std::size_t>(end - rest));
    std::memcpy(to, &header, sizeof header);
}

int64_t restore(const workers& by, cache& store, std::span<const char> buffer) {
    const char* const from = buffer.data();
    const saved_header header = check_header(by.cancel, store.shape(), from, buffer.size());
    const char* records = from + sizeof header;
    const char* blocks = records + static_cast<std::size_t>(header.pages) * sizeof(saved_page);
    store.check_room(header.pages);
    sequence made;
    int64_t next = 0;
    for (int64_t n = 0; n < header.pages; ++n) {
        saved_page record;
        std::memcpy(&record, records + static_cast<std::size_t>(n) * sizeof record, sizeof record);
        if (record.present == 0 || record.base % block_tokens != 0 || record.base < next ||
            record.base > max_position - block_tokens)
            refuse("its positions are wrong");
        next = record.base + block_tokens - __builtin_clzll(record.present);
        made.pages.push_back({record.base, record.present, store.take_block()});
    }
    if (header.next_position < next || header.next_position > max_position) refuse("its positions are wrong");
    parallel_for(by.threads, header.pages, copying_work(store.shape(), header.pages), [&](int64_t n, int32_t) {
        stop_if_set(by.cancel);
        const page& p = made.pages[static_cast<std::size_t>(n)];
        const std::span<char> memory = p.data->memory;
        std::memcpy(memory.data(), blocks + static_cast<std::size_t>(n) * memory.size(), memory.size());
        p.data->written = p.present;
        if (!order_block(store.shape(), memory.data())) refuse("its int8 keys are wrong");
    });
    made.next_position = header.next_position;
    return store.adopt(std::move(made));
}

}  // namespace farspan
