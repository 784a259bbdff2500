#include "cache/save.hpp"

#include <cinttypes>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/failure.hpp"
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
        for (int64_t head = 0; head < shape.key_heads; ++head) right &= order_wide(shape, slice_at(shape, memory, layer, head));
    return right;
}

uint64_t checksum(saved_header header, const char* rest, std::size_t size) {
    header.checksum = 0;
    const XXH64_hash_t head = XXH3_64bits(&header, sizeof header);
    return XXH3_64bits_withSeed(rest, size, head);
}

[[noreturn]] void refuse(const char* why) {
    throw failure(FARSPAN_ERROR_PARAMETER_RANGE, "buffer", "does not hold a saved sequence: %s", why);
}

saved_header check_header(const block_shape& shape, const char* from, std::size_t size) {
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
    if (header.checksum != checksum(header, from + sizeof header, size - sizeof header)) refuse("the checksum is wrong");
    if (block_shape{header.dtype, header.layers, header.key_heads, header.head_dim, header.value_dim} != shape)
        throw failure(FARSPAN_ERROR_SHAPE, "buffer",
                      "is of a cache with dtype %d, %" PRId64 " layers, %" PRId64 " key heads, head_dim %" PRId64
                      ", value_dim %" PRId64,
                      header.dtype, header.layers, header.key_heads, header.head_dim, header.value_dim);
    const std::size_t rest = size - sizeof header, per_page = sizeof(saved_page) + static_cast<std::size_t>(shape.block_bytes());
    if (header.pages < 0 || rest % per_page != 0 || static_cast<std::size_t>(header.pages) != rest / per_page) refuse("its size is wrong");
    return header;
}

}  // namespace

std::size_t saved_size(const block_shape& shape, const sequence& from) {
    return sizeof(saved_header) + from.pages.size() * (sizeof(saved_page) + static_cast<std::size_t>(shape.block_bytes()));
}

void save(const block_shape& shape, const sequence& from, char* to) {
    saved_header header = make_header(shape, from);
    char* const rest = to + sizeof header;
    char* at = rest;
    for (const page& p : from.pages) {
        const saved_page record{p.base, p.present};
        std::memcpy(at, &record, sizeof record);
        at += sizeof record;
    }
    aligned_vector<char> aligned(static_cast<std::size_t>(shape.block_bytes()));
    for (const page& p : from.pages) {
        std::memcpy(aligned.data(), p.data->memory.data(), aligned.size());
        clear_lanes(shape, aligned.data(), ~p.present);  // what another sequence has forgotten
        order_block(shape, aligned.data());              // and what the order of high bytes tells of it
        std::memcpy(at, aligned.data(), aligned.size());
        at += aligned.size();
    }
    header.checksum = checksum(header, rest, static_cast<std::size_t>(at - rest));
    std::memcpy(to, &header, sizeof header);
}

int64_t restore(cache& store, const char* from, std::size_t size) {
    const saved_header header = check_header(store.shape(), from, size);
    const char* records = from + sizeof header;
    const char* blocks = records + static_cast<std::size_t>(header.pages) * sizeof(saved_page);
    store.check_room(header.pages);
    sequence made;
    int64_t next = 0;
    for (int64_t n = 0; n < header.pages; ++n) {
        saved_page record;
        std::memcpy(&record, records + static_cast<std::size_t>(n) * sizeof record, sizeof record);
        if (record.present == 0 || record.base % block_tokens != 0 || record.base < next || record.base > max_position - block_tokens)
            refuse("its positions are wrong");
        next = record.base + block_tokens - __builtin_clzll(record.present);
        made.pages.push_back({record.base, record.present, store.take_block()});
        const std::span<char> memory = made.pages.back().data->memory;
        std::memcpy(memory.data(), blocks + static_cast<std::size_t>(n) * memory.size(), memory.size());
        made.pages.back().data->written = record.present;
        if (!order_block(store.shape(), memory.data())) refuse("its int8 keys are wrong");
    }
    if (header.next_position < next || header.next_position > max_position) refuse("its positions are wrong");
    made.next_position = header.next_position;
    return store.adopt(std::move(made));
}

}  // namespace farspan
