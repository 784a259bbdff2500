// Schemes as text: what comes back is canonical, and what is wrong is refused in the same words everywhere.
#include "cases.hpp"
#include "farspan/farspan.h"

namespace conformance {

case_list scheme_json_cases() {
    case_list list;
    const auto add = [&](const std::string& name, const json& scheme) {
        list.add("scheme_to_json: " + name, "scheme_to_json", scheme, json::object());
    };
    add("defaults", {{"rope", json::object()}, {"mask", json::object()}});
    for (const json& one : attention_method_cases().cases)
        if (one.contains("scheme")) add(one.at("name"), one.at("scheme"));
    add("dense", {{"bias", {{"method", FARSPAN_BIAS_DENSE}}}});
    add("axes", {{"rope",
                  {{"axis_sections", {2, 3, 3, 0}},
                   {"axes", FARSPAN_AXES_INTERLEAVED_GGML},
                   {"rotary_dim", 16},
                   {"layout", FARSPAN_LAYOUT_HALF},
                   {"method", FARSPAN_ROPE_BASE}}}});
    add("numbers of many digits", {{"score",
                                    {{"sink_logits", {0.1, -0.0625, 3.5e-5, 65504}},
                                     {"softcap", 1e-05},
                                     {"multiplier", 0.30000000000000004},
                                     {"scale", 0.08838834764831845}}},
                                   {"mask", {{"prefix", int64_t{1} << 40}, {"window_left", 0}}}});
    // Spaces, escapes, numbers in other forms: the answer is that of the first.
    const json plain = {
        {"rope",
         {{"method", FARSPAN_ROPE_BASE}, {"layout", FARSPAN_LAYOUT_HALF}, {"rotary_dim", 16}, {"base", 500000}}},
        {"mask", {{"sinks", 4}}}};
    add("another spelling", plain);
    list.cases.back()["spelling"] =
        "\n{ \"mask\" : {\"sinks\":4e0, \"causal\": true},\t\"remap\": {},\r\n\"\\u0072ope\": {\"base\": 5E+5, "
        "\"rotary_dim\": 16.0, "
        "\"layout\": \"h\\u0061lf\", \"method\": \"base\", \"factor\": 1}} ";
    return list;
}

case_list scheme_json_error_cases() {
    case_list list;
    const auto refuse = [&](const char* what, const char* text, int32_t status, const char* message) {
        list.refuse(std::string("scheme text refused: ") + what, "scheme_to_json", json::object(), json::object(),
                    "scheme_from_json", status, 1);
        list.cases.back()["scheme"] = text;
        list.cases.back()["message"] = message;
    };
    constexpr int32_t format = FARSPAN_ERROR_FORMAT, range = FARSPAN_ERROR_PARAMETER_RANGE;
    refuse("nothing", "", format, "$: error at line 1, column 1: the document ends too early");
    refuse("half a text", "{\"rope\": {\"base\": 1", format, "$.rope: error at line 1, column 20");
    refuse("a comma too many", "{\"mask\": {\"sinks\": 4,}}", format, "a key in quotes was expected");
    refuse("a list", "[]", format, "$ is a list: must be an object");
    refuse("an unknown part", R"({"ropee": {}})", format, "$.ropee is no part of a scheme");
    refuse("an unknown key", R"({"rope": {"basee": 1}})", format, "$.rope.basee is not a field of rope");
    refuse("a count", R"({"rope": {"short_factors_count": 8}})", format,
           "$.rope.short_factors_count is not a field of rope");
    refuse("a key twice", R"({"rope": {"base": 2, "b\u0061se": 2}})", format, "$.rope: has the key \"base\" twice");
    refuse("a part twice", R"({"rope": {}, "rope": {}})", format, "$: has the key \"rope\" twice");
    refuse("a control character", R"({"rope": {"ba\u001bse": 1}})", format, R"($.rope.ba\u001bse is not a field)");
    refuse("a number for a word", R"({"rope": {"layout": 1}})", format,
           "$.rope.layout is 1: must be \"half\" or \"interleaved\"");
    refuse("an unknown word", R"({"rope": {"layout": "neox"}})", FARSPAN_ERROR_METHOD, "$.rope.layout is \"neox\"");
    refuse("an unknown method", R"({"remap": {"method": "rerop"}})", FARSPAN_ERROR_METHOD,
           "$.remap.method is \"rerop\": must be none");
    refuse("a text for a number", R"({"rope": {"base": "10000"}})", format,
           "$.rope.base is \"10000\": must be a number");
    refuse("a fraction", R"({"mask": {"sinks": 0.5}})", format, "$.mask.sinks is 0.5: must be a whole number");
    refuse("a number for a flag", R"({"mask": {"causal": 0}})", format, "$.mask.causal is 0: must be true or false");
    refuse("too large a number", R"({"rope": {"base": 1e999}})", range,
           "$.rope.base is 1e999: must be a finite number");
    refuse("too large a number of float32", R"({"score": {"sink_logits": [1e39]}})", range,
           "$.score.sink_logits[0] is 1e39");
    refuse("33 bits", R"({"rope": {"rotary_dim": 4294967298}})", FARSPAN_ERROR_ROTARY_DIM, "whole number of 32 bits");
    refuse("too many sections", R"({"rope": {"axis_sections": [1, 1, 1, 1, 1]}})", FARSPAN_ERROR_SHAPE, "more than 4");
    refuse("too few values", R"({"bias": {"method": "kerple_log", "heads": 3, "a": [1, 1], "p": [1, 1, 1]}})",
           FARSPAN_ERROR_SHAPE, "bias.a");
    return list;
}

}  // namespace conformance
