// farspan score: the scores are the library's, whatever the size of the files and the number of threads.
#include <criterion/criterion.h>
#include <sys/resource.h>

#include <cmath>
#include <cstdio>
#include <fstream>

#include "farspan/eval.h"
#include "made_model.hpp"
#include "run_command.hpp"

using nlohmann::json;

namespace {

command_result score(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "score");
    return run_farspan(arguments);
}

json scored(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const command_result result = score(arguments);
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    return json::parse(result.out);
}

void expect_close(const char* what, double got, double expected) {
    cr_expect(std::fabs(got - expected) < 1e-9, "%s is %.12g, expected %.12g", what, got, expected);
}

void expect_refusal(const std::vector<std::string>& arguments, const std::string& part) {
    const command_result result = score(arguments);
    cr_expect(result.exit_code == 1 || result.exit_code == 2, "exit code %d", result.exit_code);
    cr_expect(result.err.find(part) != std::string::npos, "expected '%s' in '%s'", part.c_str(), result.err.c_str());
    cr_expect(result.out.empty(), "printed '%s'", result.out.c_str());
}

// The two sentences of tests/eval/test_text.cpp.
struct small_corpus {
    scratch_folder folder;
    std::string hypothesis = (folder / "hyp").string(), reference = (folder / "ref").string();
    small_corpus() {
        write_file(folder / "hyp", "the cat sat on the mat\nthere is a dog in the house today");
        write_file(folder / "ref", "the cat is on the mat\nthere is a dog in my house\n");
    }
};

std::string line_of(int n) {
    std::string line;
    for (int word = 0; word < 6 + n % 5; ++word) line += "w" + std::to_string((n * 7 + word * word) % 13) + " ";
    return line + "\n";
}

}  // namespace

Test(score, bleu_is_the_published_number) {
    const small_corpus corpus;
    const json got = scored({"bleu", corpus.hypothesis, corpus.reference});
    expect_close("BLEU", got["score"], 46.269559069048704);
    expect_close("add-k", scored({"bleu", corpus.hypothesis, corpus.reference, "--smooth", "add-k"})["score"],
                 52.02556880807587);
    cr_expect(got["texts"] == 2 && got["hypothesis_length"] == 14 && got["reference_length"] == 13 &&
              got["brevity_penalty"] == 1.0);
    cr_expect(got["signature"] ==
              std::string("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:farspan-") + farspan_version_text());
    cr_expect(scored({"bleu", corpus.hypothesis, corpus.reference, corpus.hypothesis})["score"].get<double>() > 99.99);
    const std::string text = score({"bleu", corpus.hypothesis, corpus.reference}).out;
    cr_expect(text.find("BLEU 46.27 ") == 0 && text.find("78.6/58.3/40.0/25.0") != text.npos, "%s", text.c_str());
}

Test(score, sentences_come_first) {
    const small_corpus corpus;
    const std::string text = score({"bleu", corpus.hypothesis, corpus.reference, "--sentences"}).out;
    double first = 0, second = 0;
    cr_assert(std::sscanf(text.c_str(), "%lf\n%lf\nBLEU", &first, &second) == 2, "%s", text.c_str());
    cr_expect(first > 30 && first < 46 && second > 46, "%g %g", first, second);
}

Test(score, interval_lies_around_the_score) {
    const small_corpus corpus;
    const json got =
        scored({"bleu", corpus.hypothesis, corpus.reference, "--confidence", "--samples", "200", "--seed", "3"});
    cr_expect(got["interval"]["low"] < got["score"] && got["score"] < got["interval"]["high"]);
    cr_expect(got["interval"]["samples"] == 200 && got["interval"]["seed"] == 3);
    cr_expect(got["signature"].get<std::string>().find("nrefs:1|bs:200|seed:3|case") == 0);
    const json rouge = scored({"rouge", corpus.hypothesis, corpus.reference, "--confidence"})["scores"]["2"];
    cr_expect(rouge["interval"]["low"] < rouge["f_measure"] && rouge["f_measure"] < rouge["interval"]["high"]);
}

Test(score, rouge_is_the_mean_over_texts) {
    const small_corpus corpus;
    const json got = scored({"rouge", corpus.hypothesis, corpus.reference});
    // ROUGE-1: 5 of 6 and 6; 6 of 8 and 7.
    expect_close("precision", got["scores"]["1"]["precision"], (5 / 6.0 + 6 / 8.0) / 2);
    expect_close("recall", got["scores"]["1"]["recall"], (5 / 6.0 + 6 / 7.0) / 2);
    cr_expect(got["scores"].size() == 4);
    cr_expect(scored({"rouge", corpus.hypothesis, corpus.reference, "--types", "3,L"})["scores"].size() == 2);
}

// ROUGE's tokenizer knows a-z and 0-9: a 0 that comes from that says so. One that means no word in common says nothing.
Test(score, rouge_of_another_script_says_why_it_is_0) {
    const scratch_folder folder;
    write_file(folder / "arabic", "\u0627\u0644\u0642\u0637\u0629 \u0639\u0644\u0649\nthe cat\n\u732b\u3002\n \n");
    write_file(folder / "english", "the cat\nthe cat\nthe cat\n\n");
    write_file(folder / "other", "a dog\na dog\na dog\n\n");
    const auto path = [&](const char* name) { return (folder / name).string(); };
    for (const std::vector<std::string>& files : {std::vector{path("arabic"), path("english")},
                                                  {path("english"), path("arabic")},
                                                  {path("english"), path("arabic"), path("arabic")}}) {
        std::vector<std::string> arguments = {"rouge"};
        arguments.insert(arguments.end(), files.begin(), files.end());
        const command_result result = score(arguments);
        cr_expect(result.err.find("2 of 4 texts score 0 because") != result.err.npos, "%s", result.err.c_str());
        cr_expect(scored(arguments)["texts_without_words"] == 2);
    }
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"rouge", path("english"), path("other")},
                                                      {"rouge", path("english"), path("arabic"), path("english")}}) {
        cr_expect(score(arguments).err.find("because") == std::string::npos, "%s", score(arguments).err.c_str());
        cr_expect(scored(arguments)["texts_without_words"] == 0);
    }
}

// With a separator a text has lines, and Lsum sees them as sentences.
Test(score, texts_of_several_lines) {
    const scratch_folder folder;
    write_file(folder / "hyp", "w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5\n--\na b\n");
    write_file(folder / "ref", "w1 w2 w3 w4 w5\n--\na b\n--\n");
    const std::vector<std::string> files = {"rouge", (folder / "hyp").string(), (folder / "ref").string()};
    const json got = scored({files[0], files[1], files[2], "--separator", "--"});
    cr_expect(got["texts"] == 2);
    expect_close("Lsum", got["scores"]["Lsum"]["recall"], (0.8 + 1) / 2);
    expect_close("Lsum", got["scores"]["Lsum"]["precision"], (0.4 + 1) / 2);
}

Test(score, chrf) {
    const small_corpus corpus;
    const json got = scored({"chrf", corpus.hypothesis, corpus.reference, "--word-order", "2"});
    cr_expect(got["name"] == "chrF2++" && got["score"] > 40 && got["score"] < 80);
    expect_close("itself", scored({"chrf", corpus.hypothesis, corpus.hypothesis})["score"], 100);
}

// More texts than a batch holds, counted by the library directly and by the command on several threads.
Test(score, large_files_score_as_their_texts_do) {
    const scratch_folder folder;
    std::string hypotheses, references;
    farspan_bleu_config config;
    farspan_bleu_config_init(&config, sizeof config);
    farspan_bleu_counts counts;
    farspan_bleu_counts_init(&counts, sizeof counts);
    for (int n = 0; n < 20000; ++n) {
        const std::string hypothesis = line_of(n), reference = line_of(n * 3 + 1);
        hypotheses += hypothesis;
        references += reference;
        const farspan_text text = {reference.data(), static_cast<int64_t>(reference.size()) - 1};
        cr_assert(farspan_bleu_add(nullptr, &config, hypothesis.data(), static_cast<int64_t>(hypothesis.size()) - 1,
                                   &text, 1, &counts, nullptr) == FARSPAN_OK);
    }
    write_file(folder / "hyp", hypotheses);
    write_file(folder / "ref", references);
    farspan_bleu_result expected = {};
    expected.struct_size = sizeof expected;
    cr_assert(farspan_bleu_score(&config, &counts, &expected, nullptr) == FARSPAN_OK);
    std::string first;
    for (const char* threads : {"1", "3"}) {
        const command_result got =
            score({"bleu", (folder / "hyp").string(), (folder / "ref").string(), "--threads", threads, "--json"});
        cr_assert(got.exit_code == 0, "%s", got.err.c_str());
        expect_close("BLEU", json::parse(got.out)["score"], expected.score);
        if (first.empty()) first = got.out;
        cr_expect(got.out == first, "%s threads: other digits", threads);
    }
}

Test(score, memory_does_not_grow_with_the_files) {
    const scratch_folder folder;
    const auto peak_kilobytes = [&](int lines) {
        const std::string file = (folder / "text").string();
        {  // not held here either: a child begins as a copy of this process
            std::ofstream out(file);
            for (int n = 0; n < lines; ++n)
                out << "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen\n";
        }
        cr_assert(score({"bleu", file, file, "--tokenize", "none", "--max-order", "1", "--quiet"}).exit_code == 0);
        rusage usage{};
        getrusage(RUSAGE_CHILDREN, &usage);
        return usage.ru_maxrss;
    };
    const long small = peak_kilobytes(10000), large = peak_kilobytes(300000);  // 1 and 26 MB
    cr_expect(large < small + 6000, "%ld KB for 26 MB, %ld KB for 1 MB", large, small);
}

Test(score, wrong_use_is_refused_with_a_reason) {
    const small_corpus corpus;
    const std::string &h = corpus.hypothesis, &r = corpus.reference;
    write_file(corpus.folder / "short", "only one line\n");
    write_file(corpus.folder / "empty", "");
    const std::string one = (corpus.folder / "short").string(), empty = (corpus.folder / "empty").string();
    expect_refusal({}, "subcommand is required");
    expect_refusal({"bleu"}, "HYP is required");
    expect_refusal({"bleu", h}, "REF is required");
    expect_refusal({"bleu", h, one}, "short ends after 1 texts");
    expect_refusal({"bleu", one, h}, "short ends after 1 texts");
    expect_refusal({"bleu", empty, empty}, "hold no text");
    expect_refusal({"bleu", h, "/nowhere"}, "/nowhere: cannot open: No such file");
    expect_refusal({"bleu", h, corpus.folder.path().string()}, "is a directory");
    expect_refusal({"bleu", "-", "-"}, "one of the files only");
    expect_refusal({"bleu", h, r, "--tokenize", "ja"}, "ja");
    expect_refusal({"bleu", h, r, "--smooth", "much"}, "much");
    expect_refusal({"bleu", h, r, "--smooth-value", "1"}, "only --smooth floor and add-k");
    expect_refusal({"bleu", h, r, "--max-order", "9"}, "config.max_order is 9");
    expect_refusal({"bleu", h, r, "--sentences", "--json"}, "choose one");
    expect_refusal({"bleu", h, r, "--confidence", "--level", "1"}, "config.confidence is 1");
    expect_refusal({"chrf", h, r, "--confidence"}, "for bleu and rouge");
    expect_refusal({"chrf", h, r, "--beta", "0"}, "config.beta is 0");
    expect_refusal({"rouge", h, r, "--types", "1,X"}, "--types X");
    expect_refusal({"rouge", h, r, "--types", "10"}, "--types 10");
}
