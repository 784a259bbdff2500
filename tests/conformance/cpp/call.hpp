// What the calls of the cases share: their arguments as farspan.hpp takes them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "../shared/run.h"
#include "farspan/cpp/eval.hpp"
#include "farspan/cpp/model.hpp"

namespace conformance {

template <class Value>
std::vector<Value> vector(const Value* values, int64_t count) {
    return count > 0 ? std::vector<Value>(values, values + count) : std::vector<Value>();
}

// A case, or a step or part of one, that reads from run.given.
struct call {
    run& r;
    const farspan::context* context;

    bool has(const char* name) const { return ::has(r.given, name) != 0; }
    int64_t whole(const char* name, int64_t otherwise = 0) const { return whole_or(r.given, name, otherwise); }
    int32_t small(const char* name) const { return static_cast<int32_t>(::whole(r.given, name)); }
    double real(const char* name) const { return ::real(r.given, name); }
    std::string text(const char* name) const { return ::text(r.given, name); }
    std::vector<int64_t> wholes(const char* name) const { return vector(int64s(&r, name), length(r.given, name)); }
    std::vector<double> reals(const char* name) const { return vector(doubles(&r, name), length(r.given, name)); }
    std::vector<float> floats(const char* name) const { return vector(::floats(&r, name), length(r.given, name)); }

    farspan::const_tensor in(const char* name) const { return view<farspan::const_tensor>(*input(&r, name), name); }
    farspan::tensor out(const char* name) const { return view<farspan::tensor>(*output(&r, name), name); }
    // What a call writes where, if not everything is new, it can be the input too.
    farspan::tensor out_or(const char* name, const char* input) const { return out(has(name) ? name : input); }
    template <class Value>
    farspan::array_view<Value> fresh(output_kind kind, int64_t count) const {
        return farspan::array_view<Value>::of(static_cast<Value*>(new_output(&r, kind, count)),
                                              static_cast<std::size_t>(count));
    }
    farspan::array_view<float> lse_of(const farspan::const_tensor& q) const {
        if (!has("lse")) return {};
        return fresh<float>(OUTPUT_F32, q.extent(0) * q.extent(1) * q.extent(2));
    }

    // With the content of a seed.
    farspan::array_view<float> lse(const char* name, int is_output) const {
        const auto count = static_cast<std::size_t>(::whole(member(r.given, name), "elements"));
        return farspan::array_view<float>::of(new_lse(&r, name, is_output), count);
    }

    template <class Struct, class Config>
    Config config(const char* type, const char* name, Config made = {}) const {
        set_fields(&r, static_cast<Struct*>(&made), type, name ? member(r.given, name) : r.given);
        return made;
    }
    template <class Use>
    void each(const char* name, Use&& use) const {
        const cJSON *given = r.given, *item;
        cJSON_ArrayForEach(item, member(given, name)) {
            r.given = item;
            use(item);
        }
        r.given = given;
    }
    void give(std::initializer_list<int64_t> values) const {
        for (const int64_t value : values) give_whole(&r, value);
    }

    farspan::scheme scheme() const {
        const char* stage = r.stage;
        r.stage = "scheme_from_json";
        farspan::scheme made = farspan::scheme::from_json(scheme_text(&r));
        r.stage = stage;
        return made;
    }

private:
    template <class Tensor>
    Tensor view(const farspan_tensor& t, const char* name) const {
        const cJSON* given = member(r.given, name);
        const int64_t bytes = static_cast<int64_t>(dtype_bytes(t.dtype)), offset = whole_or(given, "offset", 0);
        const auto four = [](const int64_t* n) { return farspan::shape4{n[0], n[1], n[2], n[3]}; };
        return Tensor(t.dtype, static_cast<char*>(t.data) - offset * bytes,
                      static_cast<std::size_t>(elements_of(given) * bytes), four(t.shape), four(t.stride), offset);
    }
};

using call_map = std::map<std::string, void (*)(const call&)>;
const call_map& eval_calls();
const call_map& regular_calls();  // generated from the headers
farspan::model case_model(const call& c);
farspan::scheme case_scheme(const call& c);  // of the case, or of the layer of its model
farspan::plan case_plan(const call& c);
void cache_history(const call& c);

}  // namespace conformance
