// farspan logits: one forward pass, raw. Row i holds the logits of byte i + 1 given the bytes 0 .. i.
#include <cblas.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "commands.hpp"
#include "context.hpp"
#include "files.hpp"
#include "forward.hpp"
#include "methods.hpp"

namespace tool {
namespace {

struct logits_options {
    std::string model, text, method = "none", isa, out;
    std::vector<int64_t> rows;
    int64_t bytes = -1;
    int32_t threads = 0;
    bool json = false;
};

// [tokens][vocabulary]
std::vector<float> all_logits(const language_model& model, const std::vector<uint8_t>& text, const logits_options& o) {
    const auto length = static_cast<int64_t>(text.size());
    const farspan::context context = make_context(o.threads, isa_by_name(o.isa));
    openblas_set_num_threads(context.threads());
    const farspan::plan plan(make_scheme(derive(model, o.method, length)),
                             forward_pass::problem(model.config, 1, length), &context);
    const int64_t width = model.config.vocabulary;
    std::vector<float> logits(static_cast<size_t>(length * width));
    const uint8_t* window = text.data();
    forward_pass(&context).run(model, plan, {&window, 1, length},
                               [&](int64_t, int64_t first, int64_t rows, const float* values) {
                                   std::copy(values, values + rows * width, logits.begin() + first * width);
                               });
    return logits;
}

void run_logits(const logits_options& o) {
    if (o.bytes == 0 || o.bytes < -1) throw failure("--bytes " + std::to_string(o.bytes) + " must be at least 1");
    const language_model model = load_model(o.model);
    check_slopes(model);
    const std::vector<uint8_t> text = read_bytes(o.text, o.bytes);
    const auto length = static_cast<int64_t>(text.size());
    if (length == 0) throw failure(o.text + ": it is empty");
    std::vector<int64_t> rows = o.rows;
    if (rows.empty()) {
        rows.resize(text.size());
        std::iota(rows.begin(), rows.end(), 0);
    }
    for (const int64_t row : rows)
        if (row < 0 || row >= length)
            throw failure("--rows: row " + std::to_string(row) + " is outside 0 .. " + std::to_string(length - 1));

    const std::vector<float> logits = all_logits(model, text, o);
    const int64_t width = model.config.vocabulary;
    std::string output;
    if (o.json) {
        nlohmann::ordered_json json = {{"model", model.name}, {"method", o.method}, {"bytes", length}, {"rows", rows}};
        for (const int64_t row : rows)
            json["logits"].push_back(
                std::vector<float>(logits.begin() + row * width, logits.begin() + (row + 1) * width));
        output = json.dump() + "\n";
    } else {
        for (const int64_t row : rows)
            output.append(reinterpret_cast<const char*>(logits.data() + row * width),
                          static_cast<size_t>(width) * sizeof(float));
    }
    if (!o.out.empty()) return write_text(o.out, output);
    if (std::fwrite(output.data(), 1, output.size(), stdout) != output.size())
        throw failure("cannot write to standard output");
}

}  // namespace

void add_logits(CLI::App& program) {
    auto options = std::make_shared<logits_options>();
    logits_options& o = *options;
    CLI::App* app =
        program.add_subcommand("logits", "Write a model's logits for a text: native f32 [rows][256], or JSON");
    app->add_option("--model", o.model, "folder with config.json and model.safetensors")->required();
    app->add_option("--text", o.text, "file whose bytes are the tokens")->required();
    app->add_option("--bytes", o.bytes, "use the first BYTES bytes only (default: all)");
    app->add_option("--method", o.method, "a method of farspan report, or a file with a scheme as JSON")
        ->capture_default_str();
    app->add_option("--rows", o.rows, "rows to write, comma separated (default: all)")->delimiter(',');
    app->add_option("--threads", o.threads, "threads (default: what the machine allows)")->check(CLI::Range(0, 4096));
    app->add_option("--isa", o.isa, "instruction set of the library: best, scalar, avx2, avx512, neon");
    app->add_option("--out", o.out, "file to write (default: standard output)");
    app->add_flag("--json", o.json, "JSON instead of raw numbers");
    app->callback([options] { run_logits(*options); });
}

}  // namespace tool
