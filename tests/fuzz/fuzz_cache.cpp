// Restoring a sequence of a cache. The first byte chooses the cache, whether the header is made right, with the
// checksum, so that the bytes behind it count, and the number of pages then; the rest is what was saved. A restored
// sequence must serve attention and save to the same bytes.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cstring>
#include <vector>

#include "calls.hpp"
#include "farspan/cache.h"
#include "require.hpp"

namespace {

// The header as the manual of the format has it: magic, version, dtype, four sizes, next position, pages, checksum.
constexpr size_t header_bytes = 72, dtype_at = 12, sizes_at = 16, pages_at = 56, checksum_at = 64;

farspan_cache* make_cache(int32_t dtype) {
    farspan_cache_config config;
    farspan_cache_config_init(&config, sizeof config);
    config.dtype = dtype;
    config.key_heads = 1;
    config.head_dim = 2;
    config.value_dim = 1;
    farspan_cache* cache = nullptr;
    require(farspan_cache_create(&config, &cache, nullptr) == FARSPAN_OK);
    return cache;
}

template <class Value>
void put(std::vector<char>& bytes, size_t at, Value value) {
    std::memcpy(bytes.data() + at, &value, sizeof value);
}

int64_t sequence_of_one_token(farspan_cache* cache) {
    int64_t sequence = 0;
    require(farspan_cache_sequence_create(cache, &sequence, nullptr) == FARSPAN_OK);
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = &sequence;
    require(farspan_cache_append(nullptr, cache, &batch, nullptr, 0, nullptr) == FARSPAN_OK);
    return sequence;
}

// Pages of the right size, the header that belongs to them, and the checksum of all.
void make_right(std::vector<char>& bytes, farspan_cache* cache, int32_t dtype, size_t pages) {
    const int64_t sequence = sequence_of_one_token(cache);
    const size_t page_bytes = static_cast<size_t>(farspan_cache_save_size(cache, sequence)) - header_bytes;
    require(farspan_cache_clear(cache, nullptr) == FARSPAN_OK);
    bytes.resize(header_bytes + pages * page_bytes);
    std::memcpy(bytes.data(), "FARSPANC\2\0\0\0", 12);
    put(bytes, dtype_at, dtype);
    const int64_t sizes[4] = {1, 1, 2, 1};
    put(bytes, sizes_at, sizes);
    put(bytes, pages_at, static_cast<int64_t>(pages));
    put(bytes, checksum_at, uint64_t{0});
    const XXH64_hash_t head = XXH3_64bits(bytes.data(), header_bytes);
    put(bytes, checksum_at, XXH3_64bits_withSeed(bytes.data() + header_bytes, bytes.size() - header_bytes, head));
}

// One query at the newest token, under a rotation.
void attend(const farspan_cache* cache, int64_t sequence) {
    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = 2;
    farspan_scheme* scheme = nullptr;
    require(farspan_test::scheme_create(&rope, nullptr, nullptr, nullptr, nullptr, &scheme, nullptr) == FARSPAN_OK);
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = &sequence;
    float query[2] = {1, -1}, answer[1];
    farspan_tensor q, out;
    farspan_tensor_contiguous(&q, query, FARSPAN_F32, 1, 1, 1, 2);
    farspan_tensor_contiguous(&out, answer, FARSPAN_F32, 1, 1, 1, 1);
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &q;
    data.out = &out;
    const farspan_status status = farspan_attention_decode(nullptr, scheme, cache, 0, &batch, &data, &error);
    require(status != FARSPAN_ERROR_INTERNAL);
    farspan_scheme_destroy(scheme);
}

void use(farspan_cache* cache, int64_t sequence) {
    attend(cache, sequence);
    std::vector<char> saved(farspan_cache_save_size(cache, sequence));
    require(!saved.empty() &&
            farspan_cache_save(nullptr, cache, sequence, saved.data(), saved.size(), nullptr) == FARSPAN_OK);
    int64_t again = 0, child = 0;
    require(farspan_cache_restore(nullptr, cache, saved.data(), saved.size(), &again, nullptr) == FARSPAN_OK);
    std::vector<char> twice(farspan_cache_save_size(cache, again));
    require(twice.size() == saved.size());
    require(farspan_cache_save(nullptr, cache, again, twice.data(), twice.size(), nullptr) == FARSPAN_OK &&
            twice == saved);
    require(farspan_cache_fork(cache, sequence, &child, nullptr) == FARSPAN_OK);
    require(farspan_cache_keep(cache, child, 1, 5, nullptr) == FARSPAN_OK);
    require(farspan_cache_evict(cache, again, 3, INT64_MAX, nullptr) == FARSPAN_OK);
    require(farspan_cache_sequence_destroy(cache, sequence, nullptr) == FARSPAN_OK);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size < 1) return 0;
    constexpr int32_t dtypes[] = {FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16, FARSPAN_I8};
    const int32_t dtype = dtypes[data[0] & 3];
    std::vector<char> bytes(data + 1, data + size);
    farspan_cache* cache = make_cache(dtype);
    if (data[0] & 4) make_right(bytes, cache, dtype, data[0] >> 3 & 3);
    int64_t sequence = -1;
    farspan_error error = FARSPAN_ERROR_INIT;
    const farspan_status status = farspan_cache_restore(nullptr, cache, bytes.data(), bytes.size(), &sequence, &error);
    require(status == FARSPAN_OK || sequence == -1);
    require(status != FARSPAN_ERROR_INTERNAL);
    if (status == FARSPAN_OK) use(cache, sequence);
    farspan_cache_destroy(cache);
    return 0;
}
