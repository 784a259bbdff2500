// farspan explain: what a scheme does, number by number. This file is the command line; explain_scheme.cpp asks the
// library.
#include "explain.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <memory>

#include "commands.hpp"
#include "scheme_file.hpp"

namespace tool {
namespace {

constexpr const char* part_groups[] = {"Rope", "Remap", "Bias", "Mask", "Score"};

// Numbers whose option was given; anything else keeps the default of the library's init functions.
template <class T>
void take(const std::optional<T>& given, auto& field) {
    if (given) field = static_cast<std::remove_reference_t<decltype(field)>>(*given);
}

int32_t find_or_fail(int32_t part, const char* option, const std::string& name) {
    const int32_t found = farspan::method_find(part, name);
    if (found >= 0) return found;
    std::string known;
    for (int32_t n = 0; n < farspan::method_count(part); ++n)
        known += (known.empty() ? "" : ", ") + farspan::method_name(part, n);
    throw failure(std::string(option) + " " + name + ": unknown; known are " + known);
}

int32_t layout_by_name(const std::string& name) {
    if (name.empty()) return 0;  // the library's own complaint explains why there is no default
    if (name == "half" || name == "neox") return FARSPAN_LAYOUT_HALF;
    if (name == "interleaved" || name == "gptj") return FARSPAN_LAYOUT_INTERLEAVED;
    throw failure("--layout " + name + ": expected half (NeoX, rotate_half) or interleaved (GPT-J)");
}

farspan::rope_config rope_of(const explain_options& o) {
    farspan::rope_config c(find_or_fail(FARSPAN_PART_ROPE, "--rope", o.rope));
    c.layout = layout_by_name(o.layout);
    take(o.rotary_dim, c.rotary_dim);
    take(o.base, c.base);
    take(o.factor, c.factor);
    take(o.original_context, c.original_context);
    take(o.beta_fast, c.beta_fast);
    take(o.beta_slow, c.beta_slow);
    take(o.extrapolation_factor, c.extrapolation_factor);
    if (o.ramp == "rotations") c.ramp = FARSPAN_RAMP_ROTATIONS;
    if (o.no_truncate) c.truncate = 0;
    take(o.mscale, c.mscale);
    take(o.mscale_all_dim, c.mscale_all_dim);
    if (o.attention_factor) c.magnitude = FARSPAN_MAGNITUDE_EXPLICIT;
    take(o.attention_factor, c.attention_factor);
    take(o.mixed_exponent, c.mixed_exponent);
    take(o.low_freq_factor, c.low_freq_factor);
    take(o.high_freq_factor, c.high_freq_factor);
    take(o.rotated_fraction, c.rotated_fraction);
    take(o.xpos_scale_base, c.xpos_scale_base);
    take(o.xpos_gamma, c.xpos_gamma);
    if (!o.short_factors.empty() && !o.long_factors.empty() && o.short_factors.size() != o.long_factors.size())
        throw failure("--short-factors has " + std::to_string(o.short_factors.size()) + " numbers, --long-factors " +
                      std::to_string(o.long_factors.size()));
    c.set_factors(o.short_factors, o.long_factors);
    return c;
}

farspan::remap_config remap_of(const explain_options& o) {
    farspan::remap_config c(find_or_fail(FARSPAN_PART_REMAP, "--remap", o.remap));
    take(o.window, c.window);
    take(o.group, c.group);
    take(o.leak, c.leak);
    take(o.chunk, c.chunk);
    take(o.local_window, c.local_window);
    take(o.limit, c.limit);
    take(o.position_scale, c.position_scale);
    take(o.recent, c.recent);
    if (c.method == FARSPAN_REMAP_STREAMING) take(o.sinks, c.sinks);
    return c;
}

// LM-Infinite and StreamingLLM are a remap and a mask together; the mask follows unless options of its own are given.
farspan::mask_config mask_of(const explain_options& o, const farspan::remap_config& remap) {
    farspan::mask_config m;
    if (remap.method == FARSPAN_REMAP_STREAMING) m.window_left = remap.recent;
    if (remap.method == FARSPAN_REMAP_LM_INFINITE) m.window_left = remap.window - 1;
    if (o.not_causal) m.causal = 0;
    if (o.mask_window) m.window_left = *o.mask_window - 1;
    take(o.sinks, m.sinks);
    take(o.mask_chunk, m.chunk);
    take(o.prefix, m.prefix);
    return m;
}

farspan::bias_config bias_of(const explain_options& o) {
    farspan::bias_config c(find_or_fail(FARSPAN_PART_BIAS, "--bias", o.bias));
    take(o.heads, c.heads);
    take(o.buckets, c.buckets);
    take(o.max_distance, c.max_distance);
    take(o.max_bias, c.max_bias);
    take(o.sandwich_dim, c.dim);
    for (const auto* list : {&o.kerple_a, &o.kerple_p})
        if (!list->empty() && static_cast<int64_t>(list->size()) != c.heads)
            throw failure("--kerple-a and --kerple-p need as many numbers as --heads, " + std::to_string(c.heads));
    c.set_kerple(o.kerple_a, o.kerple_p);
    if (c.method == FARSPAN_BIAS_T5) c.set_values(bucket_numbers(c));
    return c;
}

farspan::score_config score_of(const explain_options& o) {
    farspan::score_config c;
    c.temperature = find_or_fail(FARSPAN_PART_TEMPERATURE, "--temperature", o.log_n ? "log_n" : o.temperature);
    take(o.trained_length, c.trained_length);
    take(o.log_n, c.trained_length);
    take(o.alpha, c.alpha);
    take(o.power, c.power);
    take(o.scale, c.scale);
    take(o.softcap, c.softcap);
    return c;
}

// Of the options, or of a file.
farspan::scheme scheme_of(const explain_options& o) {
    if (!o.scheme.empty()) return read_scheme(o.scheme);
    const farspan::remap_config remap = remap_of(o);
    return farspan::scheme(rope_of(o), remap, bias_of(o), mask_of(o, remap), score_of(o));
}

void print(const explain_options& o, const nlohmann::ordered_json& found,
           std::string (*text_of)(const nlohmann::ordered_json&)) {
    const std::string text = o.json ? found.dump(1) + "\n" : text_of(found);
    std::fwrite(text.data(), 1, text.size(), stdout);
}

void run_explain(const explain_options& o) {
    const int64_t row = o.row < 0 ? o.length - 1 : o.row;
    if (row >= o.length)
        throw failure("--row " + std::to_string(row) + " is outside 0 .. " + std::to_string(o.length - 1));
    print(o, explain_scheme({scheme_of(o), o.length, row, o.head, o.scheme.empty() && o.bias == "t5"}), explain_text);
}

void run_explain_model(const explain_options& o) {
    const farspan::model model = open_model(o.config, o.model);
    const int64_t usable = model.describe().usable_context;
    print(o, explain_model(model, o.has_length || usable == 0 ? o.length : usable), explain_model_text);
}

void add_rope_options(CLI::App* app, explain_options& o) {
    const std::string group = "Rope";
    app->add_option("--rope", o.rope, "method: base, linear, ntk, yarn, llama3, longrope ...")
        ->group(group)
        ->capture_default_str();
    app->add_option("--layout", o.layout, "half (NeoX) or interleaved (GPT-J)")->group(group);
    app->add_option("--rotary-dim", o.rotary_dim, "rotated features R")->group(group);
    app->add_option("--base", o.base, "theta")->group(group);
    app->add_option("--factor", o.factor, "s")->group(group);
    app->add_option("--original-context", o.original_context, "trained length L")->group(group);
    app->add_option("--beta-fast", o.beta_fast)->group(group);
    app->add_option("--beta-slow", o.beta_slow)->group(group);
    app->add_option("--extrapolation-factor", o.extrapolation_factor)->group(group);
    app->add_option("--ramp", o.ramp, "pair_index or rotations")
        ->check(CLI::IsMember({"pair_index", "rotations"}))
        ->group(group);
    app->add_flag("--no-truncate", o.no_truncate, "real ends of YaRN's ramp (gpt-oss)")->group(group);
    app->add_option("--mscale", o.mscale)->group(group);
    app->add_option("--mscale-all-dim", o.mscale_all_dim)->group(group);
    app->add_option("--attention-factor", o.attention_factor, "the magnitude itself")->group(group);
    app->add_option("--mixed-exponent", o.mixed_exponent)->group(group);
    app->add_option("--low-freq-factor", o.low_freq_factor)->group(group);
    app->add_option("--high-freq-factor", o.high_freq_factor)->group(group);
    app->add_option("--rotated-fraction", o.rotated_fraction)->group(group);
    app->add_option("--short-factors", o.short_factors, "one divisor per pair, comma separated")
        ->delimiter(',')
        ->group(group);
    app->add_option("--long-factors", o.long_factors)->delimiter(',')->group(group);
    app->add_option("--xpos-scale-base", o.xpos_scale_base)->group(group);
    app->add_option("--xpos-gamma", o.xpos_gamma)->group(group);
}

void add_other_options(CLI::App* app, explain_options& o) {
    app->add_option("--remap", o.remap, "rerope, leaky_rerope, self_extend, dual_chunk, lm_infinite, streaming")
        ->group("Remap")
        ->capture_default_str();
    app->add_option("--window", o.window, "distance where the far branch begins")->group("Remap");
    app->add_option("--recent", o.recent, "tokens kept before the query by streaming")->group("Remap");
    app->add_option("--group", o.group, "G of self_extend")->group("Remap");
    app->add_option("--leak", o.leak, "k of leaky_rerope")->group("Remap");
    app->add_option("--chunk", o.chunk, "C of dual_chunk")->group("Remap");
    app->add_option("--local-window", o.local_window, "w of dual_chunk")->group("Remap");
    app->add_option("--position-scale", o.position_scale, "divisor inside dual_chunk")->group("Remap");
    app->add_option("--limit", o.limit, "distance of lm_infinite's global keys")->group("Remap");
    app->add_option("--bias", o.bias, "alibi, t5 (shows buckets), kerple_log, kerple_power, sandwich")
        ->group("Bias")
        ->capture_default_str();
    app->add_option("--heads", o.heads, "heads of the layer")->group("Bias");
    app->add_option("--buckets", o.buckets, "t5")->group("Bias");
    app->add_option("--max-distance", o.max_distance, "t5")->group("Bias");
    app->add_option("--max-bias", o.max_bias, "alibi")->group("Bias");
    app->add_option("--sandwich-dim", o.sandwich_dim, "sandwich")->group("Bias");
    app->add_option("--kerple-a", o.kerple_a, "one number per head, comma separated")->delimiter(',')->group("Bias");
    app->add_option("--kerple-p", o.kerple_p, "one number per head, comma separated")->delimiter(',')->group("Bias");
    app->add_option("--mask-window", o.mask_window, "sliding window: visible keys, the query's own included")
        ->group("Mask");
    app->add_option("--sinks", o.sinks, "first keys that stay visible")->group("Mask");
    app->add_option("--mask-chunk", o.mask_chunk, "chunked attention")->group("Mask");
    app->add_option("--prefix", o.prefix, "prefix-LM")->group("Mask");
    app->add_flag("--not-causal", o.not_causal)->group("Mask");
    app->add_option("--log-n", o.log_n, "log-n scale with this trained length")->group("Score");
    app->add_option("--temperature", o.temperature, "log_n, log_n_trained, log_n_long, llama4, length, ministral3")
        ->group("Score")
        ->capture_default_str();
    app->add_option("--trained-length", o.trained_length, "L of the temperature")->group("Score");
    app->add_option("--alpha", o.alpha)->group("Score");
    app->add_option("--power", o.power)->group("Score");
    app->add_option("--scale", o.scale, "in place of 1/sqrt(head_dim)")->group("Score");
    app->add_option("--softcap", o.softcap)->group("Score");
}

void add_model_options(CLI::App* app, explain_options& o, const std::vector<CLI::Option*>& parts) {
    const std::string group = "Model";
    CLI::Option* config =
        app->add_option("config", o.config, "a model's config.json or GGUF file, in place of the parts");
    CLI::Option* scheme = app->add_option(
        "--scheme", o.scheme, "a file with a scheme as JSON (farspan_scheme_from_json), in place of the parts");
    for (CLI::Option* part : parts) {
        config->excludes(part);
        const std::string of = part->get_group();
        if (std::find(std::begin(part_groups), std::end(part_groups), of) != std::end(part_groups))
            scheme->excludes(part);
    }
    config->excludes(scheme);
    for (CLI::Option* option :
         {app->add_option("--release", o.model.release, "reference, transformers-4.48 or llama.cpp")
              ->capture_default_str(),
          app->add_option("--extend", o.model.extend, "linear, ntk, dynamic_ntk, yarn, self_extend, rerope ..."),
          app->add_option("--to", o.model.target, "target length of --extend"),
          app->add_option("--extend-window", o.model.window, "window of --extend (default: derived)"),
          app->add_option("--extend-group", o.model.group, "group of --extend (default: derived)")})
        option->group(group)->needs(config);
}

}  // namespace

void add_explain(CLI::App& program) {
    auto options = std::make_shared<explain_options>();
    CLI::App* app = program.add_subcommand(
        "explain", "Print what a scheme or a model's configuration does: frequencies, branches, visible keys");
    CLI::Option* length =
        app->add_option("--length", options->length,
                        "current length n, which dynamic methods depend on (of a model: its usable context)")
            ->capture_default_str();
    CLI::Option* row = app->add_option("--row", options->row, "query position to look at (default: the last)");
    CLI::Option* head =
        app->add_option("--head", options->head, "head whose bias is shown in the row")->capture_default_str();
    app->add_flag("--json", options->json, "JSON instead of text");
    add_rope_options(app, *options);
    add_other_options(app, *options);
    std::vector<CLI::Option*> parts = {row, head};
    for (CLI::Option* option : app->get_options())
        for (const std::string group : part_groups)
            if (option->get_group() == group) parts.push_back(option);
    add_model_options(app, *options, parts);
    app->callback([options, length] {
        options->has_length = length->count() > 0;
        if (options->length < 1) throw failure("--length " + std::to_string(options->length) + " must be at least 1");
        options->config.empty() ? run_explain(*options) : run_explain_model(*options);
    });
}

}  // namespace tool
