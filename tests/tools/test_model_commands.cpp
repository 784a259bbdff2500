// farspan explain CONFIG and farspan diff A B.
#include <criterion/criterion.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "expect.hpp"
#include "made_model.hpp"
#include "run_command.hpp"

using nlohmann::json;

namespace {

std::string fixture(const std::string& name) { return FARSPAN_FIXTURES_DIR "/configs/" + name + ".json"; }

json run_json(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const command_result result = run_farspan(arguments);
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    return json::parse(result.out);
}

}  // namespace

Test(model_commands, explain_shows_every_kind_of_layer) {
    const json found = run_json({"explain", fixture("gemma-3-4b"), "--length", "3000"});
    cr_expect(found["family"] == "gemma3_text" && found["layers"] == 34 && found["usable_context"] == 131072 &&
              found["length"] == 3000);
    cr_assert(found["kinds"].size() == 2);
    const json &local = found["kinds"][0], &full = found["kinds"][1];
    cr_expect(local["layers"] == "0-4, 6-10, 12-16, 18-22, 24-28, 30-33" && full["layers"] == "5, 11, 17, 23, 29");
    cr_expect(full["settings"]["window"].is_null() && full["attention_factor"] == 1.0);
    cr_expect(local["settings"]["window"] == 1024 && !local["settings"]["rope"].contains("base"));
    cr_expect(full["settings"]["rope"]["method"] == "linear" && full["settings"]["rope"]["factor"] == 8.0);
    cr_expect(local["numbers"]["row"]["visible_keys"] == 1024 && full["numbers"]["row"]["visible_keys"] == 3000);
    const json& pair = full["numbers"]["rope"]["frequencies"][1];
    cr_expect(std::abs(pair["inv_freq"].get<double>() - std::pow(1e6, -1.0 / 128) / 8) < 1e-12);
    cr_expect(found["notes"].size() == 9 && found["notes"][0]["path"] == "$.model_type" &&
              found["notes"][1]["path"] == "$.text_config.num_attention_heads");
}

Test(model_commands, explain_as_text) {
    const std::string text = run_farspan({"explain", fixture("qwen3-8b-yarn"), "--length", "40000"}).out;
    for (const char* part : {"Family qwen3, 36 layers", "Context 40960, trained 32768, usable 131072",
                             "Warning $.rope_scaling.factor: 4 times", "==== Layers 0-35",
                             "rope             yarn, layout half, rotary_dim 128, base 1000000, factor 4",
                             "window           every key", "attention factor 1.138629436 on cos and sin", "Row 39999"})
        cr_expect(text.find(part) != std::string::npos, "no '%s' in '%s'", part, text.substr(0, 1500).c_str());
    const json tempered = run_json({"explain", fixture("ministral-3-8b"), "--length", "600"});
    cr_expect(tempered["kinds"][0]["settings"]["score"] ==
              json({{"temperature", "ministral3"}, {"trained_length", 16384}}));
    for (const char* name :
         {"t5-base", "gpt2", "bloom-7b1", "qwen2-vl-7b", "qwen3-next", "phi-4-mini", "qwen2.5-7b-1m"})
        cr_expect(run_farspan({"explain", fixture(name), "--length", "600"}).exit_code == 0, "%s", name);
}

Test(model_commands, explain_extends) {
    const json found = run_json({"explain", fixture("llama-2-7b"), "--extend", "yarn", "--to", "32768"});
    cr_expect(found["kinds"][0]["settings"]["rope"]["factor"] == 8.0 && found["length"] == 32768 &&
              found["usable_context"] == 32768);
    const json grouped = run_json(
        {"explain", fixture("llama-2-7b"), "--extend", "self_extend", "--to", "16384", "--extend-window", "1024"});
    cr_expect(grouped["kinds"][0]["settings"]["remap"] ==
              json({{"method", "self_extend"}, {"window", 1024}, {"group", 6}}));
}

Test(model_commands, diff_finds_the_first_position_and_pair) {
    const json found = run_json(
        {"diff", fixture("gpt-oss-20b"), fixture("gpt-oss-20b"), "--release-b", "llama.cpp", "--length", "4000"});
    cr_assert(found["differences"].size() == 2, "one for each kind of layer");
    const json& first = found["differences"][0];
    cr_expect(first["settings"] == json({{"rope.truncate", {false, nullptr}}}));
    // Ends of the ramp at 8.09 and 17.40 against 8 and 18. Pair 9 is 8.5e-5 apart per position: above 1e-6 at
    // position 1.
    cr_expect(first["rotation"]["position"] == 1 && first["rotation"]["pair"] == 9);
    const json coarse = run_json({"diff", fixture("gpt-oss-20b"), fixture("gpt-oss-20b"), "--release-b", "llama.cpp",
                                  "--length", "4000", "--tolerance", "0.5"});
    const json& at = coarse["differences"][0]["rotation"];
    const double gap = at["inv_freq"][0].get<double>() - at["inv_freq"][1].get<double>(), m = at["magnitude"][0];
    const auto apart = [&](int64_t position) {
        return 2 * m * std::abs(std::sin(static_cast<double>(position) * gap / 2));
    };
    cr_expect(apart(at["position"]) > 0.5 && apart(at["position"].get<int64_t>() - 1) <= 0.5);
}

Test(model_commands, diff_of_windows_and_bases) {
    const json found = run_json({"diff", fixture("mistral-7b-v0.1"), fixture("mistral-7b-v0.3"), "--length", "6000"});
    cr_assert(found["differences"].size() == 1);
    const json& first = found["differences"][0];
    cr_expect(first["settings"]["rope.base"] == json({nullptr, 1000000}) &&
              first["settings"]["window"] == json({4096, nullptr}));
    cr_expect(first["rows"]["visible"]["query"] == 4096, "the first query that no longer sees key 0");
    const command_result same =
        run_farspan({"diff", fixture("llama-3.1-8b"), fixture("llama-3.1-8b-v5"), "--length", "3000"});
    cr_expect(same.out == "No difference up to position 2999\n", "%s", same.out.c_str());
}

// One model in two formats: the same frequencies, but a pair is made of other features.
Test(model_commands, diff_of_conventions) {
    const std::vector<std::string> arguments = {"diff", fixture("ministral-3-8b"), fixture("ministral-3-8b-params"),
                                                "--length", "100"};
    const json found = run_json(arguments);
    cr_assert(found["differences"].size() == 1);
    cr_expect(found["differences"][0]["settings"]["rope.layout"] == json({"half", "interleaved"}));
    cr_expect(found["differences"][0]["rotation"] ==
              json({{"position", 1}, {"pair", 0}, {"features", {{0, 64}, {0, 1}}}}));
    cr_expect(run_farspan(arguments).out.find("at position 1, pair 0: features [0,64] | [0,1]") != std::string::npos);
}

Test(model_commands, refusals) {
    expect_refusal({"explain", "/nowhere.json"}, "/nowhere.json: cannot open");
    const scratch_folder folder;
    write_file(folder / "broken.json", "{\"model_type\": \"llama\", ");
    expect_refusal({"explain", (folder / "broken.json").string()}, "broken.json: $");
    write_file(folder / "short.gguf", "GGUF");
    expect_refusal({"explain", (folder / "short.gguf").string()}, "reaches beyond the 4 bytes");
    expect_refusal({"explain", fixture("llama-2-7b"), "--rope", "yarn"}, "excludes");
    expect_refusal({"explain", "--extend", "yarn"}, "requires");
    expect_refusal({"explain", fixture("llama-2-7b"), "--extend", "nope", "--to", "9000"},
                   "--extend nope: unknown; known are none, linear");
    expect_refusal({"explain", fixture("llama-2-7b"), "--length", "0"}, "--length 0 must be at least 1");
    expect_refusal({"diff", fixture("llama-2-7b")}, "b is required");
    expect_refusal({"diff", fixture("llama-2-7b"), fixture("llama-2-7b"), "--release-a", "x"}, "--release x: unknown");
}
