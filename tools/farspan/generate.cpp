// farspan generate: continues a text without end, in constant memory if the scheme forgets.
#include <cblas.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "cached.hpp"
#include "commands.hpp"
#include "context.hpp"
#include "files.hpp"
#include "locate.hpp"
#include "sampler.hpp"

namespace tool {
namespace {

struct generate_options {
    std::string model, models, scheme, prompt, text, type = "f32", isa;
    int64_t bytes = 1000, prompt_bytes = -1, memory = 0;
    double temperature = 0;
    uint64_t seed = 0;
    int32_t threads = 1;  // a token's attention in a small model is too little work to share
    bool no_echo = false, statistics = false;
};

volatile std::sig_atomic_t interrupted = 0;

extern "C" void note_interrupt(int signal) { interrupted = signal; }

// SIGINT and SIGTERM end the text after the byte at hand; a second one ends the program at once. A closed pipe is seen
// by fwrite.
void catch_signals() {
    struct sigaction action {};
    action.sa_handler = note_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

// False if nobody reads any more.
bool print(const void* bytes, size_t size) {
    if (std::fwrite(bytes, 1, size, stdout) == size && std::fflush(stdout) == 0) return true;
    if (errno == EPIPE) return false;
    throw failure(std::string("cannot write to standard output: ") + std::strerror(errno));
}

int32_t dtype_by_name(const std::string& name) {
    if (name == "f16") return FARSPAN_F16;
    if (name == "bf16") return FARSPAN_BF16;
    if (name == "i8") return FARSPAN_I8;
    return FARSPAN_F32;
}

std::string read_prompt(const generate_options& o) {
    std::string prompt = o.prompt;
    if (!o.text.empty()) {
        const std::vector<uint8_t> bytes = read_bytes(o.text);
        prompt.assign(bytes.begin(), bytes.end());
    }
    if (o.prompt_bytes >= 0) prompt.resize(std::min(prompt.size(), static_cast<size_t>(o.prompt_bytes)));
    if (prompt.empty()) throw failure("the prompt is empty; give --prompt WORDS or --text FILE with at least one byte");
    return prompt;
}

// The scheme's settings for the whole text. Without an end, only schemes that forget will do.
recipe choose_scheme(const language_model& model, const generate_options& o, int64_t prompt_bytes) {
    const std::string name = !o.scheme.empty() ? o.scheme : model.config.rotary() ? "streaming" : "window";
    check_method_name(name);
    const int64_t trained = model.config.trained_length;
    if (o.bytes > 0) return derive(model, name, std::max(trained + 1, prompt_bytes + o.bytes));
    recipe endless = derive(model, name, trained + 1);
    if (endless.mask.window_left < 0)
        throw failure("--scheme " + name +
                      " keeps every key, so its memory has no bound; with --bytes 0 use lambda, streaming "
                      "or window");
    return endless;
}

void check_options(const generate_options& o) {
    if (o.bytes < 0) throw failure("--bytes " + std::to_string(o.bytes) + " must be 0 (no end) or more");
    if (!(o.temperature >= 0 && o.temperature <= 100))
        throw failure("--temperature must be 0 .. 100 (0: always the likeliest byte)");
    if (o.memory < 0) throw failure("--memory-limit " + std::to_string(o.memory) + " must be 0 (none) or more");
    if (!o.text.empty() && !o.prompt.empty()) throw failure("--prompt and --text: give one of them");
    isa_by_name(o.isa);
}

void print_statistics(const cached_pass& pass, int64_t prompt_bytes, int64_t bytes, int64_t most_blocks,
                      double seconds) {
    const farspan_cache_statistics now = pass.statistics();
    const nlohmann::ordered_json json = {{"prompt_bytes", prompt_bytes},
                                         {"generated_bytes", bytes},
                                         {"bytes_per_second", static_cast<double>(bytes) / std::max(seconds, 1e-9)},
                                         {"cache",
                                          {{"blocks", now.blocks},
                                           {"most_blocks", most_blocks},
                                           {"free_blocks", now.free_blocks},
                                           {"block_bytes", now.block_bytes}}}};
    std::fprintf(stderr, "%s\n", json.dump().c_str());
}

void run_generate(const generate_options& o) {
    check_options(o);
    const language_model model = load_model(find_model(o.models, o.model));
    check_slopes(model);
    const std::string prompt = read_prompt(o);
    const auto prompt_bytes = static_cast<int64_t>(prompt.size());
    const recipe how = choose_scheme(model, o, prompt_bytes);
    const farspan::scheme scheme = make_scheme(how);
    const farspan::context context = make_context(o.threads, isa_by_name(o.isa));
    openblas_set_num_threads(1);
    cached_pass pass(&context, model, {dtype_by_name(o.type), o.memory});
    const std::vector<int64_t> sequence = {pass.create()};
    sampler choice(o.temperature, o.seed);

    catch_signals();
    if (!o.no_echo && !print(prompt.data(), prompt.size())) return;
    std::vector<std::vector<float>> last;
    read_texts(pass, {&scheme, how.mask}, sequence, {prompt}, last);
    int64_t written = 0, most_blocks = 0;
    const auto start = std::chrono::steady_clock::now();
    continue_texts(pass, {&scheme, how.mask}, sequence, last, choice, [&](const std::vector<uint8_t>& next) {
        if (interrupted != 0 || !print(next.data(), 1)) return false;
        most_blocks = std::max(most_blocks, pass.statistics().blocks);
        return ++written != o.bytes;
    });
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (o.statistics) print_statistics(pass, prompt_bytes, written, most_blocks, taken.count());
    if (interrupted != 0) std::raise(interrupted);  // so that a calling shell knows
}

}  // namespace

void add_generate(CLI::App& program) {
    auto options = std::make_shared<generate_options>();
    generate_options& o = *options;
    CLI::App* app = program.add_subcommand("generate", "Continue a text with a model, as long as you like");
    app->add_option("--model", o.model, "model: a name in the folder of models, or a path")->required();
    app->add_option("--models", o.models, "folder of the models (default: beside the program, then ./models)");
    app->add_option(
        "--scheme", o.scheme,
        "a method of farspan report, or a file with a scheme as JSON (default: streaming; for models without "
        "rotation window)");
    app->add_option("--prompt", o.prompt, "text to continue");
    app->add_option("--text", o.text, "file to continue");
    app->add_option("--prompt-bytes", o.prompt_bytes, "use the first BYTES bytes of the prompt only");
    app->add_option("--bytes", o.bytes, "bytes to write; 0: until Ctrl-C or the end of the reader")
        ->capture_default_str();
    app->add_option("--temperature", o.temperature, "0: always the likeliest byte; 1: by the model's probabilities")
        ->capture_default_str();
    app->add_option("--seed", o.seed, "of the draws: the same seed gives the same text")->capture_default_str();
    app->add_option("--cache-type", o.type, "stored keys and values: f32, f16, bf16 or i8")
        ->check(CLI::IsMember({"f32", "f16", "bf16", "i8"}))
        ->capture_default_str();
    app->add_option("--memory-limit", o.memory, "bytes of the cache at most; 0: none")->capture_default_str();
    app->add_option("--threads", o.threads, "threads of attention; 0: what the machine allows")
        ->check(CLI::Range(0, 4096))
        ->capture_default_str();
    app->add_option("--isa", o.isa, "instruction set of the library: best, scalar, avx2, avx512, neon");
    app->add_flag("--no-echo", o.no_echo, "do not print the prompt");
    app->add_flag("--statistics", o.statistics, "print what the cache held on stderr at the end, as JSON");
    app->footer(
        "streaming, lambda and window forget what lies far back: their memory is constant, whatever the length.\n"
        "The other schemes keep every key.");
    app->callback([options] { run_generate(*options); });
}

}  // namespace tool
