// The command line: help, complaints, doctor, explain and logits.
#include <criterion/criterion.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "calls.hpp"
#include "expect.hpp"
#include "made_model.hpp"
#include "methods.hpp"
#include "run_command.hpp"

using nlohmann::json;

namespace {

json explained(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "explain");
    arguments.push_back("--json");
    const command_result result = run_farspan(arguments);
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    return json::parse(result.out);
}

}  // namespace

Test(command, help_and_version) {
    cr_expect(run_farspan({"--help"}).exit_code == 0);
    expect_text(run_farspan({"--version"}).out, std::string("farspan ") + farspan_version_text());
    for (const char* sub :
         {"report", "compare", "perplexity", "generate", "explain", "diff", "logits", "score", "doctor"}) {
        const command_result result = run_farspan({sub, "--help"});
        cr_expect(result.exit_code == 0 && result.err.empty(), "%s", sub);
        expect_text(result.out, "--help");
        expect_text(run_farspan({"--help"}).out, sub);
    }
    expect_text(run_farspan({"report", "--list-methods"}).out, "self-extend");
}

Test(command, bad_arguments_are_refused_with_a_reason) {
    expect_refusal({}, "subcommand is required");
    expect_refusal({"reprot"},
                   "unknown command \"reprot\"; known are report, compare, perplexity, generate, explain, diff, "
                   "logits, score, doctor");
    expect_refusal({"report", "--lenghts", "5"}, "--lenghts");
    expect_refusal({"report", "--bytes", "many"}, "many");
    expect_refusal({"report", "--bytes", "0"}, "--bytes 0 must be at least 1");
    expect_refusal({"report", "--lengths", "256,1"}, "--lengths: 1 is outside");
    expect_refusal({"report", "--methods", "none,yran"}, "unknown method \"yran\"; known are none, pi");
    expect_refusal({"report", "--passkey", "-1"}, "--passkey -1 is outside 0 .. 1000");
    expect_refusal({"report", "--continue", "-1"}, "--continue -1 must be at least 0");
    expect_refusal({"report", "--models", "/nowhere"}, "/nowhere");
    expect_refusal({"report", "--isa", "mmx"}, "--isa mmx: unknown; known are best, scalar");
    expect_refusal({"logits", "--text", "x"}, "--model is required");
    expect_refusal({"logits", "--model", "/nowhere", "--text", "x"}, "/nowhere/config.json: cannot open");
    expect_refusal({"explain", "--rope", "yran"}, "--rope yran: unknown; known are none, base");
    expect_refusal({"explain", "--rope", "base", "--rotary-dim", "8"}, "layout");
    expect_refusal({"explain", "--rope", "base", "--rotary-dim", "7", "--layout", "half"}, "7");
    expect_refusal({"explain", "--rope", "base", "--rotary-dim", "8", "--layout", "middle"}, "--layout middle");
    expect_refusal({"explain", "--row", "9", "--length", "9"}, "--row 9 is outside 0 .. 8");
    expect_refusal({"explain", "--remap", "rerope"}, "window");
}

Test(command, files_and_models_that_are_not_there) {
    const scratch_folder folder;
    const std::string models = folder.path().string();
    write_model(folder.path(), "made", "rope");
    expect_refusal({"report", "--models", models}, "eval.txt; name a text with --text");
    expect_refusal({"report", "--models", models, "--text", models + "/none.txt"},
                   "none.txt: cannot open: No such file");
    expect_refusal({"report", "--models", models, "--text", models}, "is a directory");
    expect_refusal({"report", "--models", models, "--model", "other"}, "other: it has no config.json");
    write_file(folder / "short.txt", "abcdef");
    expect_refusal({"report", "--models", models, "--text", models + "/short.txt"},
                   "has 6 bytes, the shortest window needs 9");
    write_file(folder / "made/model.safetensors", "broken");
    expect_refusal({"report", "--models", models, "--model", "made", "--text", models + "/short.txt"},
                   "made/model.safetensors: a safetensors file begins with");
}

Test(command, doctor_prints_json) {
    const command_result result = run_farspan({"doctor"});
    cr_assert(result.exit_code == 0);
    cr_expect(json::parse(result.out).is_object());
}

Test(command, explain_gives_the_numbers_of_the_library) {
    const json found = explained({"--rope", "yarn", "--layout", "half", "--rotary-dim", "64", "--base", "10000",
                                  "--factor", "4", "--original-context", "4096", "--length", "9000"});
    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_YARN);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = 64;
    rope.factor = 4;
    rope.original_context = 4096;
    farspan_scheme* scheme = nullptr;
    cr_assert(farspan_test::scheme_create(&rope, nullptr, nullptr, nullptr, nullptr, &scheme, nullptr) == FARSPAN_OK);
    double frequencies[32], magnitude = 0;
    cr_assert(farspan_rope_frequencies(scheme, 9000, frequencies, 32, &magnitude, nullptr) == FARSPAN_OK);
    farspan_scheme_destroy(scheme);
    cr_assert(found["rope"]["frequencies"].size() == 32);
    for (size_t p = 0; p < 32; ++p) {
        const json& row = found["rope"]["frequencies"][p];
        cr_expect(row["inv_freq"] == frequencies[p], "pair %zu", p);
        cr_expect(std::abs(row["ratio"].get<double>() -
                           frequencies[p] / std::pow(10000.0, -2.0 * static_cast<double>(p) / 64)) < 1e-12);
    }
    cr_expect(found["rope"]["magnitude"] == magnitude);
}

Test(command, explain_finds_the_branches_of_a_row) {
    const json row = explained({"--rope", "base", "--layout", "half", "--rotary-dim", "16", "--remap", "self_extend",
                                "--window", "4", "--group", "2", "--length", "12", "--row", "11"})["row"];
    cr_assert(row["branches"].size() == 2);
    cr_expect(row["branches"][0]["keys"] == json({0, 8}));
    cr_expect(row["branches"][0]["first"]["relative_position"] == 7.0);
    cr_expect(row["branches"][0]["last"]["relative_position"] == 4.0);
    cr_expect(row["branches"][1]["keys"] == json({8, 12}));
    cr_expect(row["branches"][1]["branch"] == 0);
    cr_expect(row["branches"][1]["last"]["relative_position"] == 0.0);
}

Test(command, explain_bisects_dual_chunk_as_a_scan_would) {
    const int64_t length = 1000;
    const json row = explained({"--rope", "base", "--layout", "half", "--rotary-dim", "16", "--remap", "dual_chunk",
                                "--chunk", "192", "--local-window", "32", "--length", "1000", "--row", "900"})["row"];
    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = 16;
    farspan_remap_config remap;
    farspan_remap_config_init(&remap, sizeof remap, FARSPAN_REMAP_DUAL_CHUNK);
    remap.chunk = 192;
    remap.local_window = 32;
    farspan_scheme* scheme = nullptr;
    cr_assert(farspan_test::scheme_create(&rope, &remap, nullptr, nullptr, nullptr, &scheme, nullptr) == FARSPAN_OK);
    for (const json& run : row["branches"])
        for (int64_t key = run["keys"][0]; key < run["keys"][1]; ++key) {
            farspan_probe p{};
            p.struct_size = sizeof p;
            cr_assert(farspan_scheme_probe(scheme, length, 900, key, 0, &p, nullptr) == FARSPAN_OK);
            cr_expect(p.branch == run["branch"], "key %ld", key);
        }
    farspan_scheme_destroy(scheme);
    cr_expect(row["branches"].front()["keys"][0] == 0 && row["branches"].back()["keys"][1] == 901);
}

// The file of the README, and what explain itself shows of other options.
Test(command, explain_reads_schemes_and_shows_them) {
    const std::string example = FARSPAN_FIXTURES_DIR "/../../examples/scheme.json";
    const json found = explained({"--scheme", example, "--length", "32768"});
    cr_expect(
        found["scheme"]["rope"] ==
        json({{"method", "yarn"}, {"layout", "half"}, {"rotary_dim", 128}, {"factor", 4}, {"original_context", 4096}}));
    cr_expect(found["rope"]["frequencies"].size() == 64 && found["row"]["visible"] == json({{0, 4}, {24576, 32768}}));
    const scratch_folder folder;
    const std::vector<std::vector<std::string>> schemes = {
        {"--rope", "base", "--layout", "half", "--rotary-dim", "16", "--remap", "lm_infinite", "--window", "100",
         "--limit", "300", "--sinks", "4"},
        {"--rope", "xpos", "--layout", "interleaved", "--rotary-dim", "16", "--xpos-gamma", "0.5"},
        {"--rope", "base", "--layout", "half", "--rotary-dim", "16", "--remap", "dual_chunk", "--chunk", "64",
         "--local-window", "8", "--position-scale", "2"},
        {"--rope", "base", "--layout", "half", "--rotary-dim", "16", "--remap", "streaming", "--recent", "60",
         "--sinks", "3"},
        {"--bias", "kerple_log", "--heads", "2", "--kerple-a", "0.1,0.2", "--kerple-p", "1,0.3", "--prefix", "4",
         "--softcap", "30"}};
    for (std::vector<std::string> options : schemes) {
        options.insert(options.end(), {"--length", "1000"});
        json first = explained(options);
        write_file(folder / "scheme.json", first["scheme"].dump());
        cr_expect(explained({"--scheme", (folder / "scheme.json").string(), "--length", "1000"}) == first, "%s",
                  first["scheme"].dump().c_str());
    }
    cr_expect(explained(schemes[0])["scheme"]["remap"] ==
              json({{"method", "lm_infinite"}, {"window", 100}, {"limit", 300}}));
    cr_expect(explained(schemes[2])["scheme"]["remap"]["position_scale"] == 2);
    expect_text(run_farspan({"explain", "--scheme", example}).out, "  score            log_n, trained_length 4096\n");
    write_file(folder / "wrong.json", "{\"rope\": {\"basee\": 1}}");
    expect_refusal({"explain", "--scheme", (folder / "wrong.json").string()},
                   "wrong.json: $.rope.basee is not a field of rope");
    expect_refusal({"explain", "--scheme", "/nowhere.json"}, "/nowhere.json: cannot open");
    expect_refusal({"explain", "--scheme", example, "--rope", "base"}, "excludes");
}

Test(command, schemes_of_files_are_methods) {
    const scratch_folder folder;
    const std::string model = write_model(folder.path(), "made", "rope").string();
    write_file(folder / "text", made_text(40));
    const std::string text = (folder / "text").string();
    const auto logits = [&](const std::string& method) {
        const command_result result =
            run_farspan({"logits", "--model", model, "--text", text, "--method", method, "--json"});
        cr_assert(result.exit_code == 0, "%s", result.err.c_str());
        return json::parse(result.out)["logits"];
    };
    const tool::language_model loaded = tool::load_model(model);
    write_file(folder / "same.json", tool::make_scheme(tool::derive(loaded, "pi", 40)).to_json());
    write_file(folder / "none.json", tool::make_scheme(tool::derive(loaded, "none", 40)).to_json());
    cr_expect(logits("pi") == logits((folder / "same.json").string()));
    cr_expect(logits("none") == logits((folder / "none.json").string()));
    cr_expect(logits("pi") != logits((folder / "none.json").string()));
    expect_refusal({"logits", "--model", model, "--text", text, "--method", "/nowhere.json"},
                   "/nowhere.json: cannot open");
}

Test(command, explain_shows_masks_bias_and_scale) {
    json found = explained({"--mask-window", "512", "--sinks", "4", "--length", "4096", "--row", "4000"});
    cr_expect(found["row"]["visible"] == json({{0, 4}, {3489, 4001}}));
    cr_expect(found["row"]["visible_keys"] == 516);
    found = explained({"--bias", "alibi", "--heads", "8", "--length", "101", "--log-n", "10"});
    cr_expect(found["bias"]["by_head"][0]["values"].back() == -50.0);
    cr_expect(std::abs(found["row"]["scale"].get<double>() - std::log(101.0) / std::log(10.0)) < 1e-12);
    found = explained({"--bias", "t5", "--heads", "2", "--length", "4096"});
    cr_expect(found["bias"]["by_head"][1]["values"].back() == 31.0);
    found = explained({"--rope", "base", "--layout", "half", "--rotary-dim", "8", "--remap", "streaming", "--recent",
                       "6", "--sinks", "2", "--length", "100"});
    cr_expect(found["row"]["visible_keys"] == 9);
    const std::string text =
        run_farspan({"explain", "--rope", "yarn", "--layout", "half", "--rotary-dim", "8", "--factor", "4",
                     "--original-context", "64", "--bias", "alibi", "--heads", "2"})
            .out;
    for (const char* part :
         {"Rope yarn", "wavelength", "Bias alibi", "Row 4095", "sees 4096 keys", "magnitude squared"})
        expect_text(text, part);
}

Test(command, logits_raw_and_json_agree) {
    const scratch_folder folder;
    const std::string model = write_model(folder.path(), "made", "t5").string();
    write_file(folder / "text", made_text(40));
    const std::string text = (folder / "text").string();
    const command_result raw =
        run_farspan({"logits", "--model", model, "--text", text, "--bytes", "30", "--rows", "29,0"});
    cr_assert(raw.exit_code == 0 && raw.out.size() == 2 * 256 * sizeof(float), "%s", raw.err.c_str());
    const command_result shown =
        run_farspan({"logits", "--model", model, "--text", text, "--bytes", "30", "--rows", "29,0", "--json"});
    const json found = json::parse(shown.out);
    cr_expect(found["rows"] == json({29, 0}) && found["bytes"] == 30);
    for (size_t n = 0; n < 512; ++n) {
        float value;
        std::memcpy(&value, raw.out.data() + n * sizeof value, sizeof value);
        cr_expect(found["logits"][n / 256][n % 256].get<float>() == value);
    }
    expect_refusal({"logits", "--model", model, "--text", text, "--rows", "40"}, "row 40 is outside 0 .. 39");
    expect_refusal({"logits", "--model", model, "--text", text, "--method", "pi"},
                   "needs a model with rotary positions");
}

// Numbers are written with a point and read with one, whatever the user's locale.
Test(command, no_locale_reaches_what_it_prints) {
    const scratch_folder folder;
    write_file(folder / "hyp", "the cat sat on the mat\n");
    write_file(folder / "ref", "the cat is on the mat\n");
    const std::string hypothesis = (folder / "hyp").string(), reference = (folder / "ref").string();
    const std::vector<std::vector<std::string>> calls = {
        {"score", "bleu", hypothesis, reference, "--smooth", "floor", "--smooth-value", "0.25", "--confidence"},
        {"score", "bleu", hypothesis, reference, "--sentences"},
        {"score", "rouge", hypothesis, reference, "--confidence", "--json"},
        {"score", "chrf", hypothesis, reference, "--beta", "1.5"},
        {"score", "chrf", hypothesis, reference, "--beta", "-1.5"},
        {"explain", "--rope", "yarn", "--rotary-dim", "64", "--layout", "half", "--factor", "2.5", "--original-context",
         "4096"},
        {"explain", "--rope", "base", "--rotary-dim", "64", "--layout", "half", "--base", "0.5"},
        {"explain", FARSPAN_FIXTURES_DIR "/configs/llama-3.1-8b.json"},
        {"perplexity", "--model", FARSPAN_MODELS_DIR "/rope", "--text", reference, "--lengths", "8", "--quiet"}};
    std::vector<command_result> expected;
    for (const auto& arguments : calls) expected.push_back(run_farspan(arguments));
    cr_expect(expected[0].out.find("floor[0.25]") != std::string::npos);
    setenv("LOCPATH", FARSPAN_TEST_LOCALES, 1);
    for (const char* locale : {"de_DE.UTF-8", "ps_AF.UTF-8", "tr_TR.ISO-8859-9"}) {
        setenv("LC_ALL", locale, 1);
        for (std::size_t n = 0; n < calls.size(); ++n) {
            const command_result got = run_farspan(calls[n]);
            cr_expect(got.out == expected[n].out && got.err == expected[n].err, "%s, call %zu: %s%s", locale, n,
                      got.out.c_str(), got.err.c_str());
        }
    }
}
