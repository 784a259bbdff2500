// What a case leaves behind, and how it is judged.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "../case_reader.hpp"
#include "farspan/farspan.hpp"

namespace conformance {

// Memory that a call may write, as raw bytes.
class output {
public:
    enum class kind { f32, f16, bf16, f64, int64, text };

    output(kind what, std::vector<std::byte> content) : kind_(what), bytes_(std::move(content)), before_(bytes_) {}
    std::vector<std::byte>& bytes() { return bytes_; }
    const std::vector<std::byte>& bytes() const { return bytes_; }
    bool untouched() const { return bytes_ == before_; }
    double value(std::size_t n) const;
    // Empty, or what differs from the expected values.
    std::string difference(const json& expected) const;

private:
    kind kind_;
    std::vector<std::byte> bytes_, before_;
};

struct outcome {
    std::list<output> outputs;  // in the order of the README; a list, so that references stay valid
    std::string stage;          // the function that is being called
    farspan_status status = FARSPAN_OK;
    int32_t argument = 0;
    std::string message;

    // New outputs of zeros, as the array that a call writes.
    farspan::array_view<double> doubles(std::size_t count) { return fresh<double>(output::kind::f64, count); }
    farspan::array_view<float> floats(std::size_t count) { return fresh<float>(output::kind::f32, count); }
    farspan::array_view<int64_t> integers(std::size_t count) { return fresh<int64_t>(output::kind::int64, count); }

    // New outputs that are known already.
    void add_text(const std::string& text) {
        const auto* start = reinterpret_cast<const std::byte*>(text.data());
        outputs.emplace_back(output::kind::text, std::vector<std::byte>(start, start + text.size()));
    }
    void add_reals(const std::vector<double>& values) {
        std::copy(values.begin(), values.end(), doubles(values.size()).data());
    }
    void add_wholes(const std::vector<int64_t>& values) {
        std::copy(values.begin(), values.end(), integers(values.size()).data());
    }

    // Empty, or why the case fails.
    std::string judge(const json& one) const;

private:
    template <class Value>
    farspan::array_view<Value> fresh(output::kind what, std::size_t count) {
        output& made = outputs.emplace_back(what, std::vector<std::byte>(count * sizeof(Value)));
        return farspan::array_view<Value>::of(reinterpret_cast<Value*>(made.bytes().data()), count);
    }
};

// Runs a case through the public interface; failures of the library end up in the outcome.
outcome run_case(const json& one, const farspan::context& context);

// Makes a call of eval.h; throws std::out_of_range if there is none of that name.
void eval_call(outcome& result, const json& one, const farspan::context& context);

}  // namespace conformance
