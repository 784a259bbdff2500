// Saving and restoring sequences; damaged bytes.
#include <criterion/criterion.h>

#include <cstring>
#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "cache_context.hpp"
#include "cache_model.hpp"

using namespace farspan_test;

namespace {

std::vector<unsigned char> save(const farspan_cache* cache, int64_t id) {
    std::vector<unsigned char> bytes(farspan_cache_save_size(cache, id));
    error_slot error;
    require_ok(farspan_cache_save(nullptr, cache, id, bytes.data(), bytes.size(), &error), error, "save");
    return bytes;
}

cache_form form_of(int32_t dtype) {
    cache_form form;
    form.dtype = dtype;
    form.layers = 2;
    return form;
}

// The same bytes with another version and the checksum that belongs to it.
std::vector<unsigned char> with_version(std::vector<unsigned char> bytes, uint32_t version) {
    constexpr std::size_t header = 72, checksum = 64;
    std::memcpy(&bytes[8], &version, sizeof version);
    std::memset(&bytes[checksum], 0, 8);
    const uint64_t sum = XXH3_64bits_withSeed(&bytes[header], bytes.size() - header, XXH3_64bits(bytes.data(), header));
    std::memcpy(&bytes[checksum], &sum, sizeof sum);
    return bytes;
}

scheme_handle plain() {
    scheme_spec spec("save");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_INTERLEAVED, 64);
    return spec.create();
}

}  // namespace

Test(cache_save, restored_sequences_answer_with_the_same_bits) {
    for (const int32_t dtype : std::vector<int32_t>{FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16, FARSPAN_I8}) {
        cache_form form = form_of(dtype);
        form.large_keys = true;
        cache_model model(form, 1), other(form, 2);
        const int64_t id = model.create();
        model.append({id}, {300});
        model.evict(id, 40, 170);
        const std::vector<unsigned char> bytes = save(model.handle(), id);
        int64_t restored = 0;
        error_slot error;
        require_ok(farspan_cache_restore(nullptr, other.handle(), bytes.data(), bytes.size(), &restored, &error), error,
                   "restore");
        const scheme_handle scheme = plain();
        for (const int64_t layer : {0, 1})
            cr_expect(model.run(FARSPAN_ISA_BEST, 1, scheme.get(), {id}, {3}, layer, 9) ==
                          other.run(FARSPAN_ISA_BEST, 1, scheme.get(), {restored}, {3}, layer, 9),
                      "dtype %d", dtype);
        cr_expect(save(other.handle(), restored) == bytes);
        farspan_sequence_info info;
        farspan_sequence_info_init(&info, sizeof info);
        cr_expect(farspan_cache_sequence_info(other.handle(), restored, &info, nullptr) == FARSPAN_OK);
        cr_expect(info.tokens == 170 && info.next_position == 300 && info.first_position == 0);
    }
}

// What one sequence has forgotten must not leave with another.
Test(cache_save, forgotten_tokens_are_not_saved) {
    cache_model a({}, 3), b({}, 4);
    const int64_t first = a.create(), second = b.create();
    a.append({first}, {100});
    a.evict(first, 70, INT64_MAX);
    b.append({second}, {100});
    b.evict(second, 0, INT64_MAX);
    a.evict(first, 0, INT64_MAX);
    cr_expect(save(a.handle(), first) == save(b.handle(), second), "two empty sequences");
    cache_model c({}, 5), d({}, 5);
    const int64_t whole = c.create(), cut = d.create();
    c.append({whole}, {64});
    d.append({cut}, {64});
    const int64_t child = d.fork(cut);
    d.append({child}, {30});
    d.evict(child, 64, INT64_MAX);
    cr_expect(save(c.handle(), whole) == save(d.handle(), child));
}

Test(cache_save, damaged_bytes_are_refused) {
    cache_model model({}, 6);
    const int64_t id = model.create();
    model.append({id}, {70});
    const std::vector<unsigned char> bytes = save(model.handle(), id);
    farspan_cache_statistics before;
    farspan_cache_statistics_init(&before, sizeof before);
    farspan_cache_statistics after = before;
    farspan_cache_get_statistics(model.handle(), &before, nullptr);
    generator random(7);
    for (int n = 0; n < 400; ++n) {
        std::vector<unsigned char> damaged = bytes;
        const auto at =
            static_cast<std::size_t>(n < 200 ? n % 120 : random.whole(0, static_cast<int64_t>(bytes.size()) - 1));
        damaged[at] ^= static_cast<unsigned char>(1 << random.whole(0, 7));
        int64_t restored = -5;
        error_slot error;
        const farspan_status status =
            farspan_cache_restore(nullptr, model.handle(), damaged.data(), damaged.size(), &restored, &error);
        cr_assert(status == FARSPAN_ERROR_PARAMETER_RANGE && restored == -5, "byte %zu: %d %s", at, status,
                  error.message);
    }
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{71}, std::size_t{72}, bytes.size() - 1}) {
        int64_t restored = -5;
        cr_expect(farspan_cache_restore(nullptr, model.handle(), bytes.data(), size, &restored, nullptr) ==
                  FARSPAN_ERROR_PARAMETER_RANGE);
    }
    farspan_cache_get_statistics(model.handle(), &after, nullptr);
    cr_expect(before.blocks == after.blocks && before.sequences == after.sequences);

    cache_form other;
    other.head_dim = 32;
    cache_model foreign(other, 8);
    int64_t restored = 0;
    error_slot error;
    cr_expect(farspan_cache_restore(nullptr, foreign.handle(), bytes.data(), bytes.size(), &restored, &error) ==
              FARSPAN_ERROR_SHAPE);
    cr_expect(std::strstr(error.message, "head_dim 64") != nullptr, "%s", error.message);
}

// Version 1 had another int8; all else is as it was.
Test(cache_save, bytes_of_version_1_are_read_but_for_int8) {
    for (const int32_t dtype : std::vector<int32_t>{FARSPAN_F32, FARSPAN_F16, FARSPAN_BF16, FARSPAN_I8}) {
        cache_model model(form_of(dtype), 1), other(form_of(dtype), 2);
        const int64_t id = model.create();
        model.append({id}, {100});
        std::vector<unsigned char> bytes = save(model.handle(), id);
        for (const uint32_t version : {0, 1, 3}) {
            std::vector<unsigned char> old = with_version(bytes, version);
            int64_t restored = -5;
            error_slot error;
            const farspan_status status =
                farspan_cache_restore(nullptr, other.handle(), old.data(), old.size(), &restored, &error);
            if (version == 1 && dtype != FARSPAN_I8) {
                require_ok(status, error, "restore");
                cr_expect(save(other.handle(), restored) == bytes);
                continue;
            }
            const char* words = version == 1 ? "buffer is of version 1: of int8 caches this library reads version 2"
                                             : "this library reads versions 1 to 2";
            cr_expect(status == FARSPAN_ERROR_PARAMETER_RANGE && error.argument == 3 && restored == -5 &&
                          std::strstr(error.message, words) != nullptr,
                      "dtype %d, version %u: %d, %s", dtype, version, static_cast<int>(status), error.message);
        }
    }
}

// What no write leaves behind, under a right checksum: a feature beyond the head, and one twice in a token. (A block of
// int8 begins with the panel, the values and the scales; the directory of its high bytes, the features and the high
// bytes follow.)
Test(cache_save, impossible_high_bytes_are_refused) {
    cache_form form;
    form.dtype = FARSPAN_I8;
    form.key_heads = form.query_heads = 1;
    cache_model model(form, 9);
    const int64_t id = model.create();
    model.append({id}, {64});
    const std::vector<unsigned char> bytes = save(model.handle(), id);
    constexpr std::size_t header = 72 + 16, features = header + 64 * 64 + 64 * 64 + 256 + 4 * 128 + 192,
                          high = features + 8 * 64;
    const auto restore = [&](std::size_t slot, unsigned char feature, std::size_t second_slot) {
        std::vector<unsigned char> wrong = bytes;
        for (const std::size_t at : {slot, second_slot})
            wrong[features + at * 64 + 5] = feature, wrong[high + at * 64 + 5] = 7;
        wrong = with_version(wrong, 2);
        int64_t restored = -5;
        error_slot error;
        const farspan_status status =
            farspan_cache_restore(nullptr, model.handle(), wrong.data(), wrong.size(), &restored, &error);
        return status == FARSPAN_OK ? std::string("ok") : std::string(error.message);
    };
    cr_expect(restore(3, 63, 3) == "ok");
    cr_expect(restore(3, 64, 3).find("int8 keys are wrong") != std::string::npos);
    cr_expect(restore(3, 255, 3).find("int8 keys are wrong") != std::string::npos);
    cr_expect(restore(3, 20, 6).find("int8 keys are wrong") != std::string::npos);
}
