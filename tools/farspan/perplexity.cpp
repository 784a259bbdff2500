// farspan perplexity: a model's loss on a text of any size under one window schedule.
#include <cblas.h>

#include <cstdio>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "context.hpp"
#include "forward.hpp"
#include "locate.hpp"
#include "losses.hpp"
#include "progress.hpp"
#include "results.hpp"
#include "text_file.hpp"
#include "windows.hpp"

namespace tool {
namespace {

struct perplexity_options {
    std::string model, models, text, method = "none", windows = "blocks", isa, logits;
    int64_t length = 0, stride = 0, segment = 0;
    int32_t threads = 0;
    bool json = false, quiet = false;
};

int32_t kind_by_name(const std::string& name) {
    if (name == "sliding") return FARSPAN_WINDOWS_SLIDING;
    if (name == "growing") return FARSPAN_WINDOWS_GROWING;
    if (name == "last") return FARSPAN_WINDOWS_LAST;
    return FARSPAN_WINDOWS_BLOCKS;
}

farspan::eval::windows_config schedule_of(const perplexity_options& o, int64_t text_bytes, int64_t trained) {
    farspan::eval::windows_config config(kind_by_name(o.windows));
    config.bos = FARSPAN_BOS_NONE;  // the models know no such token
    config.tokens = text_bytes;
    config.length = o.length > 0 ? o.length : trained;
    config.stride = o.stride;
    config.segment = o.segment;
    return config;
}

// Runs windows one after the other; a plan is kept while lengths are equal.
class window_runner {
public:
    window_runner(const language_model& model, const recipe& how, const farspan::context& context)
        : model_(model), context_(context), scheme_(make_scheme(how)), pass_(&context) {}

    // bytes: what the model reads and the byte after it.
    void run(const window& w, const std::vector<uint8_t>& bytes, const logits_sink& sink) {
        if (!plan_ || plan_length_ != w.length) {
            plan_.emplace(scheme_, forward_pass::problem(model_.config, 1, w.length), &context_);
            plan_length_ = w.length;
        }
        const uint8_t* first = bytes.data();
        pass_.run(model_, *plan_, {&first, 1, w.length, w.first_scored}, sink);
    }

private:
    const language_model& model_;
    const farspan::context& context_;
    farspan::scheme scheme_;
    forward_pass pass_;
    std::optional<farspan::plan> plan_;
    int64_t plan_length_ = 0;
};

farspan_loss_summary measure(const perplexity_options& o, const language_model& model,
                             const farspan::eval::windows& schedule, int64_t length, const farspan::context& context) {
    window_runner runner(model, derive(model, o.method, length), context);
    text_file text(o.text);
    std::optional<output_file> logits_file;
    if (!o.logits.empty()) logits_file.emplace(o.logits);
    farspan::eval::loss loss;
    progress shown(o.quiet);
    std::vector<double> nll;
    const int64_t vocabulary = model.config.vocabulary, count = schedule.size();
    for (int64_t n = 0; n < count; ++n) {
        const window w = window_at(schedule, n, 0, 0);
        const std::vector<uint8_t> bytes = text.read(w.first, w.length + 1);
        runner.run(w, bytes, [&](int64_t, int64_t first_row, int64_t rows, const float* logits) {
            nll.resize(static_cast<size_t>(rows));
            byte_losses(&context, logits, bytes.data() + first_row + 1, rows, vocabulary, nll.data());
            loss.add(nll, {}, 0, rows);
            if (logits_file) logits_file->write(logits, static_cast<size_t>(rows * vocabulary) * sizeof(float));
        });
        shown.show(static_cast<double>(n + 1) / static_cast<double>(count), std::to_string(n + 1) + " windows");
    }
    shown.finish();
    if (logits_file) logits_file->close();
    return loss.summary();
}

void run_perplexity(const perplexity_options& o) {
    const language_model model = load_model(find_model(o.models, o.model));
    check_slopes(model);
    check_method_name(o.method);
    const farspan::eval::windows_config config = schedule_of(o, text_file(o.text).size(), model.config.trained_length);
    const farspan::eval::windows schedule(config);
    const farspan::context context = make_context(o.threads, isa_by_name(o.isa));
    openblas_set_num_threads(context.threads());
    const farspan_loss_summary found = measure(o, model, schedule, config.length, context);

    const nlohmann::ordered_json json = {{"model", model.name},
                                         {"method", o.method},
                                         {"windows", o.windows},
                                         {"length", config.length},
                                         {"windows_run", schedule.size()},
                                         {"tokens", found.tokens},
                                         {"nll", json_number(found.nll)},
                                         {"standard_error", json_number(found.standard_error)},
                                         {"perplexity", json_number(found.perplexity)},
                                         {"bits_per_byte", json_number(found.bits_per_byte)}};
    if (o.json)
        std::printf("%s\n", json.dump(1).c_str());
    else
        std::printf("%s %s: perplexity %s per byte, %s +- %s nats, %s bits (%lld bytes in %lld windows)\n",
                    model.name.c_str(), o.method.c_str(), number_text(found.perplexity, 7).c_str(),
                    number_text(found.nll, 7).c_str(), number_text(found.standard_error, 2).c_str(),
                    number_text(found.bits_per_byte, 7).c_str(), static_cast<long long>(found.tokens),
                    static_cast<long long>(schedule.size()));
}

}  // namespace

void add_perplexity(CLI::App& program) {
    auto options = std::make_shared<perplexity_options>();
    perplexity_options& o = *options;
    CLI::App* app =
        program.add_subcommand("perplexity", "A model's loss on a text of any size, under one window schedule");
    app->add_option("--model", o.model, "model: a name in the folder of models, or a path")->required();
    app->add_option("--models", o.models, "folder of the models (default: beside the program, then ./models)");
    app->add_option("--text", o.text, "text to score; read window by window, never held")->required();
    app->add_option("--method", o.method, "a method of farspan report, or a file with a scheme as JSON")
        ->capture_default_str();
    app->add_option("--windows", o.windows,
                    "blocks: without overlap; sliding: the first scores all, later ones the newest STRIDE bytes; "
                    "growing: STRIDE new bytes each; last: only the last SEGMENT bytes")
        ->check(CLI::IsMember({"blocks", "sliding", "growing", "last"}))
        ->capture_default_str();
    app->add_option("--length", o.length, "bytes that the model reads at most (default: the trained length)")
        ->check(CLI::Range(1, 1 << 24));
    app->add_option("--stride", o.stride, "[sliding, growing]");
    app->add_option("--segment", o.segment, "[last]");
    app->add_option("--logits", o.logits,
                    "also write the logits of the scored bytes to this file: native f32 [bytes][256]");
    app->add_option("--threads", o.threads, "threads (default: what the machine allows)")->check(CLI::Range(0, 4096));
    app->add_option("--isa", o.isa, "instruction set of the library: best, scalar, avx2, avx512, neon");
    app->add_flag("--json", o.json, "print JSON");
    app->add_flag("--quiet", o.quiet, "no progress on stderr");
    app->callback([options] { run_perplexity(*options); });
}

}  // namespace tool
