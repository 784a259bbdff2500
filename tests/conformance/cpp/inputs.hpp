// What the cases of all calls share: tensors with their memory, configurations, schemes.
#pragma once

#include "../content.h"
#include "outcome.hpp"

namespace conformance {

using farspan::const_tensor;
using farspan::shape4;
using farspan::tensor;

struct tensor_form {
    int32_t dtype = 0;
    std::size_t elements = 0;
    shape4 shape{}, stride{};
    int64_t offset = 0;

    explicit tensor_form(const json& given) : shape(given.at("shape").get<shape4>()) {
        const auto name = given.at("dtype").get<std::string>();
        dtype = name == "f16" ? FARSPAN_F16 : name == "bf16" ? FARSPAN_BF16 : FARSPAN_F32;
        stride = {shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1};
        if (given.contains("stride")) stride = given.at("stride").get<shape4>();
        elements = given.value("elements", static_cast<std::size_t>(shape[0] * shape[1] * shape[2] * shape[3]));
        offset = given.value("offset", int64_t{0});
    }
    output::kind kind() const {
        return dtype == FARSPAN_F16    ? output::kind::f16
               : dtype == FARSPAN_BF16 ? output::kind::bf16
                                       : output::kind::f32;
    }
};

std::vector<std::byte> content_of(const json& given, int32_t dtype, std::size_t elements);

// An input with its memory.
class input {
public:
    explicit input(const json& given) : form_(given), bytes_(content_of(given, form_.dtype, form_.elements)) {}
    const_tensor view() const {
        return {form_.dtype, bytes_.data(), bytes_.size(), form_.shape, form_.stride, form_.offset};
    }

private:
    tensor_form form_;
    std::vector<std::byte> bytes_;
};

// The next output, as a tensor with its first content.
tensor writable(outcome& result, const json& given);

template <class Config>
void set_fields(Config& config, const field* fields, const json& given) {
    set_numbers(&config, fields, given);
}

// The scheme that `one` describes.
farspan::scheme make_scheme(outcome& result, const json& one);

// The steps of a history (cache.cpp).
void cache_history(outcome& result, const json& one, const farspan::context& context);

}  // namespace conformance
