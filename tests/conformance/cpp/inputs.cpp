#include "inputs.hpp"

#include "model.hpp"

namespace conformance {

using namespace farspan;

std::vector<std::byte> content_of(const json& given, int32_t dtype, std::size_t elements) {
    std::vector<std::byte> bytes(elements * dtype_bytes(dtype));
    if (given.contains("seed")) fill_content(bytes.data(), dtype, elements, given.at("seed").get<uint64_t>());
    return bytes;
}

tensor writable(outcome& result, const json& given) {
    const tensor_form form(given);
    output& made = result.outputs.emplace_back(form.kind(), content_of(given, form.dtype, form.elements));
    return {form.dtype, made.bytes().data(), made.bytes().size(), form.shape, form.stride, form.offset};
}

scheme make_scheme(outcome& result, const json& one) {
    if (one.contains("model")) {
        const model model = make_model(result, one);
        result.stage = "model_layer_at";
        scheme made = model.scheme_of(one.at("model").at("layer").get<int64_t>());
        result.stage = one.at("call").get<std::string>();
        return made;
    }
    const json none = json::object();
    const json& given = one.contains("scheme") ? one.at("scheme") : none;
    const auto part = [&](const char* name) -> const json& { return given.contains(name) ? given.at(name) : none; };
    const json &r = part("rope"), &m = part("remap"), &b = part("bias"), &s = part("score");

    rope_config rope(r.value("method", int32_t{FARSPAN_ROPE_NONE}));
    rope.set_factors(array_or_empty<double>(r, "short_factors"), array_or_empty<double>(r, "long_factors"));
    set_fields<farspan_rope_config>(rope, rope_fields, r);
    remap_config remap(m.value("method", int32_t{FARSPAN_REMAP_NONE}));
    set_fields<farspan_remap_config>(remap, remap_fields, m);
    bias_config bias(b.value("method", int32_t{FARSPAN_BIAS_NONE}));
    bias.set_values(array_or_empty<float>(b, "values"));
    bias.set_kerple(array_or_empty<double>(b, "a"), array_or_empty<double>(b, "p"));
    set_fields<farspan_bias_config>(bias, bias_fields, b);
    mask_config mask;
    set_fields<farspan_mask_config>(mask, mask_fields, part("mask"));
    score_config score;
    score.set_sinks(array_or_empty<float>(s, "sinks"));
    set_fields<farspan_score_config>(score, score_fields, s);

    result.stage = "scheme_create";
    scheme made(rope, remap, bias, mask, score);
    result.stage = one.at("call").get<std::string>();
    return made;
}

}  // namespace conformance
