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
    const json given = one.value("scheme", json("{}"));
    result.stage = "scheme_from_json";
    scheme made = scheme::from_json(given.is_string() ? given.get<std::string>() : given.dump());
    result.stage = one.at("call").get<std::string>();
    return made;
}

}  // namespace conformance
