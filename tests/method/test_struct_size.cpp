// Callers that were compiled against another version of the structs.
#include <criterion/criterion.h>

#include <cstring>
#include <vector>

#include "lowered.hpp"

using namespace farspan_test;

namespace {

// The config at the start of `size` bytes, the rest zero; the allocation is exact, so that a sanitizer sees a read past
// it.
template <class Config>
std::vector<unsigned char> resized(Config config, std::size_t size) {
    config.struct_size = static_cast<uint32_t>(size);
    std::vector<unsigned char> bytes(size, 0);
    std::memcpy(bytes.data(), &config, std::min(size, sizeof config));
    return bytes;
}

void put(farspan_scheme_parts& parts, const farspan_rope_config* config) { parts.rope = config; }
void put(farspan_scheme_parts& parts, const farspan_remap_config* config) { parts.remap = config; }
void put(farspan_scheme_parts& parts, const farspan_bias_config* config) { parts.bias = config; }
void put(farspan_scheme_parts& parts, const farspan_mask_config* config) { parts.mask = config; }
void put(farspan_scheme_parts& parts, const farspan_score_config* config) { parts.score = config; }

template <class Config>
refusal make_with(const Config* config) {
    return refuse_calling([&] {
        farspan_scheme_parts parts{sizeof(farspan_scheme_parts), 0, nullptr, nullptr, nullptr, nullptr, nullptr};
        put(parts, config);
        farspan::make_scheme(parts);
    });
}

template <class Config>
void check_sizes(const Config& valid, const char* name) {
    const auto with_size = [&](std::size_t size) {
        const auto bytes = resized(valid, size);
        return make_with(reinterpret_cast<const Config*>(bytes.data()));
    };
    for (const std::size_t size : {sizeof valid, sizeof valid + 1, sizeof valid + 8, sizeof valid + 1000}) {
        const refusal r = with_size(size);
        cr_expect_eq(r.status, FARSPAN_OK, "%s of %zu bytes: %s", name, size, r.message.c_str());
    }
    for (const std::size_t size : {std::size_t{4}, std::size_t{8}, sizeof valid - 8}) {
        const refusal r = with_size(size);
        cr_expect(r.status == FARSPAN_ERROR_STRUCT_SIZE && r.path == std::string(name) + ".struct_size",
                  "%s of %zu bytes", name, size);
        cr_expect(r.message.find(std::string(name) + ".struct_size is " + std::to_string(size)) == 0, "%s",
                  r.message.c_str());
    }
    // A field that this version does not know, set by a newer caller: first, last and middle byte of the tail.
    for (const std::size_t at : {sizeof valid, sizeof valid + 5, sizeof valid + 15}) {
        auto bytes = resized(valid, sizeof valid + 16);
        bytes[at] = 1;
        const refusal r = make_with(reinterpret_cast<const Config*>(bytes.data()));
        cr_expect(r.status == FARSPAN_ERROR_STRUCT_SIZE && r.path == std::string(name) + ".struct_size",
                  "%s byte %zu: %d", name, at, r.status);
    }
    // Sizes that no struct has are refused before anything behind it is read.
    for (const uint32_t size : {0u, 3u, 65537u, 0x7fffffffu, 0xffffffffu}) {
        Config config = valid;
        config.struct_size = size;
        const refusal r = make_with(&config);
        cr_expect(r.status == FARSPAN_ERROR_STRUCT_SIZE && r.path == std::string(name) + ".struct_size",
                  "%s size %u: %d", name, size, r.status);
    }
}

}  // namespace

Test(struct_size, every_config_accepts_its_size_and_longer_empty_ones) {
    const scheme_spec spec("defaults");
    scheme_spec rope = valid_rope(FARSPAN_ROPE_YARN);
    check_sizes(rope.rope, "rope");
    check_sizes(spec.remap, "remap");
    check_sizes(spec.bias, "bias");
    check_sizes(spec.mask, "mask");
    check_sizes(spec.score, "score");
}

// What a longer struct says is used, and the copy has our size.
Test(struct_size, a_longer_struct_is_read) {
    scheme_spec spec = valid_rope(FARSPAN_ROPE_LINEAR);
    spec.rope.factor = 4;
    const auto bytes = resized(spec.rope, sizeof spec.rope + 64);
    const auto parts = farspan::make_scheme({sizeof(farspan_scheme_parts), 0,
                                             reinterpret_cast<const farspan_rope_config*>(bytes.data()), nullptr,
                                             nullptr, nullptr, nullptr});
    cr_expect_eq(parts->rope.struct_size, sizeof spec.rope);
    cr_expect_eq(lower_rope(*parts, 1).inv_freq[0], 0.25);
}
