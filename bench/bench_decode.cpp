// Decoding from a cache: one new token of one sequence, 32 query heads on 8 key heads if nothing else is said. Each
// stored byte of keys and values counts once; the limit is the bandwidth of reading memory. Rows named decode have plain
// RoPE; decode_none reads the same bytes without any rotation, as an engine does that stores its keys rotated. Rows
// named step advance the plan to the token and run it. Rows in calls of a millisecond read next to nothing: advance and
// new_plan bring a plan to the token, one_call attends with one query to 64 keys that are in no cache.
#include "decode_case.hpp"
#include "peak.hpp"
#include "row.hpp"

namespace bench {
namespace {

int64_t seen_keys(const decode_case& c) {
    return c.scheme.window > 0 && c.scheme.remap == FARSPAN_REMAP_NONE ? std::min(c.keys, c.scheme.window) : c.keys;
}

int64_t bytes_of(const decode_case& c) {
    const int64_t element = c.dtype == FARSPAN_F32 ? 4 : c.dtype == FARSPAN_I8 ? 1 : 2;
    const int64_t scales = c.dtype == FARSPAN_I8 ? 4 + 2 * (c.head_dim / 16) : 0;  // of a key and of 16 values each
    return c.key_heads * seen_keys(c) * (2 * c.head_dim * element + scales);
}

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

using decode_work = void (prepared_decode::*)();

void add_decode(const std::string& group, const decode_case& c, decode_work work = &prepared_decode::run) {
    const std::string name = group + "/" + name_of(c.dtype) + "/d" + std::to_string(c.head_dim) + "/n" +
                             std::to_string(c.keys) + "/t" + std::to_string(c.threads);
    add_row({name, "GB/s", static_cast<double>(bytes_of(c)), [c] { return limit_of(c); },
             [c, work] {
                 auto decode = std::make_shared<prepared_decode>(c);
                 return [decode, work] { ((*decode).*work)(); };
             },
             c.threads});
}

// Calls in a millisecond, of what reads next to nothing.
template <class Case, class Make>
void add_calls(const std::string& name, Make&& make, void (Case::*work)()) {
    add_row({name, "1/ms", 1e6, [] { return 0.0; },
             [make, work] {
                 std::shared_ptr<Case> prepared(new Case(make()));
                 return [prepared, work] { ((*prepared).*work)(); };
             }});
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
    // Pages that are left out count as read.
    for (const layer_bias& bias : layer_biases()) {
        method.scheme.bias = bias.method;
        method.scheme.learned = &bias;
        for (const int64_t keys : {4096, 16384, 32768}) {
            method.keys = keys;
            add_decode(std::string("decode_") + bias.name, method);
        }
    }
    method = plain;
    method.scheme.remap = FARSPAN_REMAP_REROPE;
    method.scheme.window = 1024;
    add_decode("decode_rerope", method);
    method.scheme.remap = FARSPAN_REMAP_SELF_EXTEND;
    add_decode("decode_self_extend", method);
    method = plain;
    method.head_dim = 64;
    for (const int64_t keys : {128, 8192}) {
        method.keys = keys;
        add_decode("step", method, &prepared_decode::step);
        const std::string name = "/f16/d64/n" + std::to_string(keys);
        const auto make = [method] { return prepared_decode(method); };
        add_calls("advance" + name, make, &prepared_decode::advance);
        add_calls("new_plan" + name, make, &prepared_decode::make_plan);
    }
    decode_case few = plain;
    few.query_heads = 8;
    few.head_dim = 64;
    few.keys = 128;
    for (const int64_t heads : {8, 2}) {
        few.key_heads = heads;
        add_decode("step_8_heads_on_" + std::to_string(heads), few, &prepared_decode::step);
    }
    method.scheme.window = 4096;
    for (const int64_t keys : {8192, 131072}) {
        method.keys = keys;
        add_decode("step_window4096", method, &prepared_decode::step);
    }
    for (const auto& [name, rope] : {std::pair{"none", FARSPAN_ROPE_NONE}, std::pair{"rope", FARSPAN_ROPE_BASE}})
        add_calls(
            std::string("one_call/f32/d128/n64/") + name, [rope = rope] { return one_call(rope); }, &one_call::run);
}

}  // namespace bench
