// Decoding from a cache: one new token of one sequence, 32 query heads on 8 key heads. Each stored byte of keys and
// values counts once; the limit is the bandwidth of reading memory. Rows named decode have plain RoPE; decode_none
// reads the same bytes without any rotation, as an engine does that stores its keys rotated.
#include <algorithm>

#include "attention_case.hpp"
#include "farspan/cache.h"
#include "peak.hpp"
#include "row.hpp"

namespace bench {
namespace {

constexpr int64_t query_heads = 32, key_heads = 8;

struct cache_free {
    void operator()(farspan_cache* x) const { farspan_cache_destroy(x); }
    void operator()(farspan_cache_plan* x) const { farspan_cache_plan_destroy(x); }
};

struct decode_case {
    int32_t dtype = FARSPAN_F16;
    int64_t head_dim = 128, keys = 32768;
    int32_t threads = 1;
    attention_case scheme;
};

int64_t bytes_of(const decode_case& c) {
    const int64_t element = c.dtype == FARSPAN_F32 ? 4 : c.dtype == FARSPAN_I8 ? 1 : 2;
    const int64_t scales = c.dtype == FARSPAN_I8 ? 4 + 2 * (c.head_dim / 16) : 0;  // of a key and of 16 values each
    return key_heads * c.keys * (2 * c.head_dim * element + scales);
}

class prepared_decode {
public:
    explicit prepared_decode(const decode_case& c)
        : context_(make_context(c.threads)),
          q_(FARSPAN_F32, query_heads, 1, c.head_dim),
          out_(FARSPAN_F32, query_heads, 1, c.head_dim) {
        farspan_error error = FARSPAN_ERROR_INIT;
        farspan_cache_config config;
        farspan_cache_config_init(&config, sizeof config);
        config.dtype = c.dtype;
        config.key_heads = key_heads;
        config.head_dim = c.head_dim;
        farspan_cache* cache = nullptr;
        must(farspan_cache_create(&config, &cache, &error), error);
        cache_.reset(cache);
        int64_t sequence = 0;
        must(farspan_cache_sequence_create(cache, &sequence, &error), error);
        farspan_cache_batch batch;
        farspan_cache_batch_init(&batch, sizeof batch);
        batch.sequence_count = 1;
        batch.sequence = &sequence;
        const int64_t chunk = std::min<int64_t>(c.keys, 1024), offsets[2] = {0, chunk};
        batch.offsets = offsets;
        batch.offsets_count = 2;
        const owned_tensor rows(FARSPAN_F16, key_heads, chunk, c.head_dim);
        for (int64_t done = 0; done < c.keys; done += chunk) {
            must(farspan_cache_append(nullptr, cache, &batch, nullptr, 0, &error), error);
            must(farspan_cache_write(context_.get(), cache, 0, &batch, &rows.tensor, &rows.tensor, &error), error);
        }
        batch.offsets = nullptr;
        batch.offsets_count = 0;
        attention_case scheme = c.scheme;
        scheme.head_dim = c.head_dim;
        scheme.query_heads = query_heads;
        farspan_cache_plan* plan = nullptr;
        farspan_cache_problem problem;
        farspan_cache_problem_init(&problem, sizeof problem);
        problem.query_heads = query_heads;
        must(farspan_cache_plan_create(context_.get(), make_scheme(scheme).get(), cache, &batch, &problem, &plan,
                                       &error),
             error);
        plan_.reset(plan);
        workspace_.resize(static_cast<size_t>(farspan_cache_plan_workspace_size(plan)));
        farspan_attention_data_init(&data_, sizeof data_);
        data_.q = &q_.tensor;
        data_.out = &out_.tensor;
        data_.workspace = workspace_.data();
        data_.workspace_bytes = static_cast<int64_t>(workspace_.size());
    }
    void run() {
        farspan_error error = FARSPAN_ERROR_INIT;
        must(farspan_cache_run(context_.get(), plan_.get(), 0, &data_, &error), error);
    }

private:
    std::unique_ptr<farspan_context, run_free> context_;
    std::unique_ptr<farspan_cache, cache_free> cache_;
    std::unique_ptr<farspan_cache_plan, cache_free> plan_;
    farspan_attention_data data_;
    owned_tensor q_, out_;
    std::vector<char> workspace_;
};

const char* name_of(int32_t dtype) {
    return dtype == FARSPAN_F32 ? "f32" : dtype == FARSPAN_F16 ? "f16" : dtype == FARSPAN_BF16 ? "bf16" : "i8";
}

// Of memory itself for what no cache of one core holds: the last cache is shared, and a part of a buffer that nearly
// fits may be in it.
double limit_of(const decode_case& c) {
    constexpr int64_t large = int64_t{64} << 20, in_memory = int64_t{256} << 20;
    const int64_t bytes = bytes_of(c) >= large ? in_memory : bytes_of(c);
    return read_bandwidth(isa_in_use(), static_cast<std::size_t>(bytes / c.threads), c.threads);
}

void add_decode(const std::string& group, const decode_case& c) {
    const std::string name = group + "/" + name_of(c.dtype) + "/d" + std::to_string(c.head_dim) + "/n" +
                             std::to_string(c.keys) + "/t" + std::to_string(c.threads);
    add_row({name, "GB/s", static_cast<double>(bytes_of(c)), [c] { return limit_of(c); },
             [c] {
                 auto decode = std::make_shared<prepared_decode>(c);
                 return [decode] { decode->run(); };
             },
             c.threads});
}

}  // namespace

void add_rows() {
    decode_case plain;
    plain.scheme.rope = FARSPAN_ROPE_BASE;
    for (const int32_t threads : {1, 2})
        for (const int64_t dim : {64, 128})
            for (const int64_t keys : {4096, 32768}) {
                decode_case c = plain;
                c.threads = threads;
                c.head_dim = dim;
                c.keys = keys;
                add_decode("decode", c);
            }
    for (const int32_t dtype : std::initializer_list<int32_t>{FARSPAN_F32, FARSPAN_BF16, FARSPAN_I8}) {
        decode_case c = plain;
        c.dtype = dtype;
        add_decode("decode", c);
    }
    decode_case method;
    add_decode("decode_none", method);
    method.scheme.bias = FARSPAN_BIAS_ALIBI;
    add_decode("decode_alibi", method);
    method = plain;
    method.scheme.remap = FARSPAN_REMAP_REROPE;
    method.scheme.window = 1024;
    add_decode("decode_rerope", method);
    method.scheme.remap = FARSPAN_REMAP_SELF_EXTEND;
    add_decode("decode_self_extend", method);
}

}  // namespace bench
