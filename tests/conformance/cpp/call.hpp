// What the calls of the cases share: their arguments as farspan.hpp takes them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../shared/run.h"
#include "farspan/cpp/cache.hpp"
#include "farspan/cpp/eval.hpp"
#include "farspan/cpp/gradient.hpp"
#include "farspan/cpp/model.hpp"

namespace conformance {

template <class Value>
std::vector<Value> vector(const Value* values, int64_t count) {
    return count > 0 ? std::vector<Value>(values, values + count) : std::vector<Value>();
}

// A case: what its calls made, and the arguments of one of them, which it reads from run.given.
struct call {
    run& r;
    const farspan::context* context;

    std::optional<farspan::scheme> scheme;
    std::optional<farspan::plan> plan;
    std::optional<farspan::model> model;
    std::optional<farspan::cache> cache;
    std::optional<farspan::cache_plan> cache_plan;
    std::vector<int64_t> sequences;  // in the order in which calls made them
    std::vector<std::vector<std::byte>> saved;
    std::vector<farspan::eval::loss> loss{MOST_COUNTERS};
    std::vector<farspan::eval::bleu_counts> bleu_counts{MOST_COUNTERS};
    std::vector<farspan::eval::chrf_counts> chrf_counts{MOST_COUNTERS};
    std::optional<farspan::eval::loss_curve> curve;

    bool has(const char* name) const { return ::has(r.given, name) != 0; }
    int64_t whole(const char* name, int64_t otherwise = 0) const { return whole_or(r.given, name, otherwise); }
    int32_t small(const char* name) const { return static_cast<int32_t>(::whole(r.given, name)); }
    std::size_t index(const char* name) const { return static_cast<std::size_t>(::whole(r.given, name)); }
    double real(const char* name) const { return ::real(r.given, name); }
    std::string text(const char* name) const { return ::text(r.given, name); }
    std::vector<int64_t> wholes(const char* name) const { return vector(int64s(&r, name), length(r.given, name)); }
    std::vector<double> reals(const char* name) const { return vector(doubles(&r, name), length(r.given, name)); }
    std::vector<float> floats(const char* name) const { return vector(::floats(&r, name), length(r.given, name)); }

    farspan::const_tensor in(const char* name) const { return view<farspan::const_tensor>(*input(&r, name), name); }
    farspan::tensor out(const char* name) const { return view<farspan::tensor>(*output(&r, name), name); }
    // What a call writes where, if not everything is new, it can be the input too.
    farspan::tensor out_or(const char* name, const char* input) const { return out(has(name) ? name : input); }
    // Without a shape; empty if it is not there.
    template <class Value>
    farspan::array_view<Value> memory(const char* name, int is_output) const {
        if (!has(name)) return {};
        return farspan::array_view<Value>::of(static_cast<Value*>(::memory(&r, name, is_output)),
                                              static_cast<std::size_t>(elements(&r, name)));
    }
    std::vector<std::byte> bytes(const char* name) const {
        const auto* data = static_cast<const std::byte*>(::bytes(&r, name));
        return {data, data + text(name).size() / 2};
    }
    // Texts or ids, of which some may be missing.
    template <class Reference>
    std::vector<std::optional<Reference>> references() const {
        std::vector<std::optional<Reference>> result;
        const cJSON* one;
        cJSON_ArrayForEach(one, member(r.given, "references")) {
            if (cJSON_IsNull(one))
                result.push_back(std::nullopt);
            else if constexpr (std::is_same_v<Reference, std::string_view>)
                result.emplace_back(one->valuestring);
            else
                result.push_back(Reference::of(int64_list(&r, one), static_cast<std::size_t>(cJSON_GetArraySize(one))));
        }
        return result;
    }
    int64_t sequence() const { return sequences.at(index("sequence")); }
    farspan::cache_batch batch() const {
        std::vector<int64_t> ids;
        for (const int64_t n : wholes("sequences")) ids.push_back(sequences.at(static_cast<std::size_t>(n)));
        return farspan::cache_batch(std::move(ids), wholes("offsets"));
    }

    // `selector` is the field that a constructor takes.
    template <class Struct, class Config>
    Config config(const char* type, const char* name, const char* selector) const {
        return filled<Struct>(type, name, Config(static_cast<int32_t>(::whole(member(r.given, name), selector))));
    }
    template <class Struct, class Config>
    Config config(const char* type, const char* name) const {
        return filled<Struct>(type, name, Config());
    }
    // Arguments are read from an object among them meanwhile, or from each of a list.
    template <class Use>
    void within(const cJSON* object, Use&& use) const {
        const cJSON* given = std::exchange(r.given, object);
        use();
        r.given = given;
    }
    template <class Use>
    void each(const char* name, Use&& use) const {
        const cJSON* item;
        cJSON_ArrayForEach(item, member(r.given, name)) within(item, use);
    }
    void give(std::initializer_list<int64_t> values) const {
        for (const int64_t value : values) give_whole(&r, value);
    }

private:
    template <class Struct, class Config>
    Config filled(const char* type, const char* name, Config made) const {
        set_fields(&r, static_cast<Struct*>(&made), type, member(r.given, name));
        return made;
    }
    template <class Tensor>
    Tensor view(const farspan_tensor& t, const char* name) const {
        const cJSON* given = member(r.given, name);
        const int64_t bytes = t.dtype == FARSPAN_F32 ? 4 : 2, offset = ::whole(given, "offset");
        const auto four = [](const int64_t* n) { return farspan::shape4{n[0], n[1], n[2], n[3]}; };
        return Tensor(t.dtype, static_cast<char*>(t.data) - offset * bytes,
                      static_cast<std::size_t>(elements(&r, name) * bytes), four(t.shape), four(t.stride), offset);
    }
};

template <class Value>
std::vector<Value> first(const std::vector<Value>& values, std::size_t count) {
    return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count)};
}

using call_map = std::map<std::string, void (*)(call&)>;
const call_map& regular_calls();  // generated from the headers

}  // namespace conformance
