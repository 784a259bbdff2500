// farspan diff A.json B.json: where two configurations, or two readings of one, part.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "handles.hpp"
#include "model_file.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

struct rotation {
    std::vector<double> inv_freq;
    double magnitude = 1;
};

rotation rotation_of(const farspan_model_layer& layer, int64_t length) {
    rotation result;
    result.inv_freq.resize(static_cast<size_t>(layer.rope->rotary_dim / 2));
    if (layer.rope->method == FARSPAN_ROPE_NONE) return result;
    call("frequencies", [&](farspan_error* e) {
        return farspan_rope_frequencies(layer.scheme, length, result.inv_freq.data(),
                                        static_cast<int32_t>(result.inv_freq.size()), &result.magnitude, e);
    });
    return result;
}

// How far the two rotations carry a unit vector apart at a position.
double distance(const rotation& a, const rotation& b, size_t pair, double position) {
    const double half = std::sin(position * (a.inv_freq[pair] - b.inv_freq[pair]) / 2), gap = a.magnitude - b.magnitude;
    return std::sqrt(gap * gap + 4 * a.magnitude * b.magnitude * half * half);
}

// The first position of a pair that is farther apart than the tolerance; -1: none below `length`.
int64_t first_position(const rotation& a, const rotation& b, size_t pair, int64_t length, double tolerance) {
    if (distance(a, b, pair, 0) > tolerance) return 0;
    const double difference = std::abs(a.inv_freq[pair] - b.inv_freq[pair]);
    if (difference == 0) return -1;
    // Grows up to half a turn of the difference, so that bisection finds the first.
    const auto most =
        static_cast<int64_t>(std::min(static_cast<double>(length - 1), std::floor(3.14159265358979 / difference)));
    int64_t near = 0, far = std::max<int64_t>(most, 1);
    if (far >= length || distance(a, b, pair, static_cast<double>(far)) <= tolerance) return -1;
    while (far - near > 1) {
        const int64_t middle = near + (far - near) / 2;
        (distance(a, b, pair, static_cast<double>(middle)) > tolerance ? far : near) = middle;
    }
    return far;
}

// The features of the head that the first pair turns.
ordered_json first_pair(const farspan_rope_config& rope) {
    const int32_t apart = rope.layout == FARSPAN_LAYOUT_HALF ? rope.rotary_dim / 2 : 1;
    return {rope.rotary_offset, rope.rotary_offset + apart};
}

ordered_json diff_rotations(const farspan_model_layer& x, const farspan_model_layer& y, int64_t length,
                            double tolerance) {
    const rotation a = rotation_of(x, length), b = rotation_of(y, length);
    if (a.inv_freq.size() != b.inv_freq.size()) return {{"pairs", {a.inv_freq.size(), b.inv_freq.size()}}};
    if (const ordered_json mine = first_pair(*x.rope), other = first_pair(*y.rope);
        !a.inv_freq.empty() && mine != other)
        return {{"position", 1}, {"pair", 0}, {"features", {mine, other}}};
    ordered_json first;
    int64_t differing = 0;
    for (size_t p = 0; p < a.inv_freq.size(); ++p) {
        const int64_t position = first_position(a, b, p, length, tolerance);
        if (position < 0) continue;
        ++differing;
        if (first.is_null() || position < first["position"])
            first = {{"position", position},
                     {"pair", p},
                     {"inv_freq", {a.inv_freq[p], b.inv_freq[p]}},
                     {"magnitude", {a.magnitude, b.magnitude}}};
    }
    if (!first.is_null()) first["differing_pairs"] = differing;
    return first;
}

farspan_probe probe(const farspan_model_layer& layer, int64_t length, int64_t query) {
    farspan_probe p{};
    p.struct_size = sizeof p;
    call("probe", [&](farspan_error* e) { return farspan_scheme_probe(layer.scheme, length, query, 0, 0, &p, e); });
    return p;
}

std::array<int64_t, 4> visible(const farspan_model_layer& layer, int64_t length, int64_t query) {
    std::array<int64_t, 4> keys{};
    call("visible keys",
         [&](farspan_error* e) { return farspan_scheme_visible(layer.scheme, query, length, keys.data(), e); });
    return keys;
}

// The first query that sees other keys, or key 0 at another distance, bias or scale.
ordered_json diff_rows(const farspan_model_layer& x, const farspan_model_layer& y, int64_t length, double tolerance) {
    ordered_json found = ordered_json::object();
    for (int64_t query = 0; query < length; ++query) {
        const auto seen_by_x = visible(x, length, query), seen_by_y = visible(y, length, query);
        if (!found.contains("visible") && seen_by_x != seen_by_y)
            found["visible"] = {{"query", query}, {"keys", {seen_by_x, seen_by_y}}};
        const farspan_probe a = probe(x, length, query), b = probe(y, length, query);
        const auto note = [&](const char* name, double first, double second) {
            if (!found.contains(name) && std::abs(first - second) > tolerance * std::max(1.0, std::abs(first)))
                found[name] = {{"query", query}, {"key", 0}, {"values", {first, second}}};
        };
        note("relative_position", a.relative_position, b.relative_position);
        note("bias", a.bias, b.bias);
        note("scale", a.scale, b.scale);
    }
    return found;
}

// "rope.factor": [4, 8] for every setting that differs.
void diff_settings(const ordered_json& a, const ordered_json& b, const std::string& prefix, ordered_json& found) {
    ordered_json names = a;
    names.update(b);
    for (const auto& [name, unused] : names.items()) {
        const ordered_json x = a.contains(name) ? a[name] : ordered_json(),
                           y = b.contains(name) ? b[name] : ordered_json();
        if (x == y) continue;
        if (x.is_object() && y.is_object())
            diff_settings(x, y, prefix + name + ".", found);
        else
            found[prefix + name] = {x, y};
    }
}

// One entry for each pair of kinds of layer that meet.
ordered_json diff_layer(const farspan_model* a, const farspan_model* b, int64_t layer, int64_t length,
                        double tolerance) {
    const farspan_model_layer x = layer_at(a, layer), y = layer_at(b, layer);
    ordered_json settings = ordered_json::object();
    diff_settings(layer_settings(x), layer_settings(y), "", settings);
    if (settings.empty()) return {};
    ordered_json found = {{"layer", layer}, {"settings", settings}};
    if (!x.scheme || !y.scheme) return found;
    if (const ordered_json first = diff_rotations(x, y, length, tolerance); !first.is_null()) found["rotation"] = first;
    const ordered_json rows = diff_rows(x, y, length, tolerance);
    if (!rows.empty()) found["rows"] = rows;
    return found;
}

std::string pair_text(const ordered_json& pair) {
    return pair[0].dump() + " | " + pair[1].dump();
}

struct diff_options {
    std::string a, b;
    model_options first, second;
    int64_t length = 0;
    double tolerance = 1e-6;
    bool json = false;
};

int64_t common_length(const farspan_model* a, const farspan_model* b) {
    constexpr int64_t most = 65536;  // rows are compared one by one
    const int64_t x = describe(a).usable_context, y = describe(b).usable_context;
    return std::min(most, x > 0 && y > 0 ? std::max(x, y) : int64_t{4096});
}

void run_diff(diff_options& o) {
    if (o.length < 0) throw failure("--length " + std::to_string(o.length) + " must be at least 1");
    const model_handle a = open_model(o.a, o.first), b = open_model(o.b, o.second);
    const int64_t length = o.length > 0 ? o.length : common_length(a.get(), b.get());
    const ordered_json found = diff_models(a.get(), b.get(), length, o.tolerance);
    const std::string text = o.json ? found.dump(1) + "\n" : diff_text(found);
    std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

ordered_json diff_models(const farspan_model* a, const farspan_model* b, int64_t length, double tolerance) {
    const farspan_model_info x = describe(a), y = describe(b);
    ordered_json found = {{"length", length}, {"tolerance", tolerance}, {"families", {x.family, y.family}}};
    if (x.layers != y.layers) found["layers"] = {x.layers, y.layers};
    if (x.usable_context != y.usable_context) found["usable_context"] = {x.usable_context, y.usable_context};
    found["differences"] = ordered_json::array();
    std::vector<std::pair<int64_t, int64_t>> met;
    for (int64_t n = 0; n < std::min(x.layers, y.layers); ++n) {
        const std::pair kinds(layer_at(a, n).alike, layer_at(b, n).alike);
        if (std::find(met.begin(), met.end(), kinds) != met.end()) continue;
        met.push_back(kinds);
        if (const ordered_json layer = diff_layer(a, b, n, length, tolerance); !layer.is_null())
            found["differences"].push_back(layer);
    }
    return found;
}

std::string diff_text(const ordered_json& found) {
    std::string text;
    for (const char* name : {"layers", "usable_context"})
        if (found.contains(name)) text += std::string(name) + ": " + pair_text(found[name]) + "\n";
    for (const ordered_json& layer : found["differences"]) {
        text += "From layer " + layer["layer"].dump() + ":\n";
        for (const auto& [name, values] : layer["settings"].items())
            text += "  " + name + ": " + pair_text(values) + "\n";
        if (layer.contains("rotation")) {
            const ordered_json& first = layer["rotation"];
            if (first.contains("pairs"))
                text += "  rotated pairs: " + pair_text(first["pairs"]) + "\n";
            else if (first.contains("features"))
                text +=
                    "  rotation first differs at position 1, pair 0: features " + pair_text(first["features"]) + "\n";
            else
                text += "  rotation first differs at position " + first["position"].dump() + ", pair " +
                        first["pair"].dump() + ": inv_freq " + pair_text(first["inv_freq"]) + ", magnitude " +
                        pair_text(first["magnitude"]) + " (" + first["differing_pairs"].dump() + " pairs differ)\n";
        }
        const ordered_json rows = layer.contains("rows") ? layer["rows"] : ordered_json::object();
        for (const auto& [name, at] : rows.items())
            text += "  " + name + " first differs at query " + at["query"].dump() + ": " +
                    pair_text(at.contains("keys") ? at["keys"] : at["values"]) + "\n";
    }
    const std::string scope = " up to position " + std::to_string(found["length"].get<int64_t>() - 1);
    return text.empty() ? "No difference" + scope + "\n" : text;
}

void add_diff(CLI::App& program) {
    auto options = std::make_shared<diff_options>();
    CLI::App* app = program.add_subcommand(
        "diff", "Compare two model configurations: the first position and pair at which they differ");
    app->add_option("a", options->a, "config.json or a GGUF file")->required();
    app->add_option("b", options->b, "another, or the same with another --release-b")->required();
    app->add_option("--release-a", options->first.release, "reference, transformers-4.48 or llama.cpp")
        ->capture_default_str();
    app->add_option("--release-b", options->second.release)->capture_default_str();
    app->add_option("--length", options->length,
                    "positions to look at (default: the longer usable context, at most 65536)");
    app->add_option("--tolerance", options->tolerance, "differences up to this do not count")->capture_default_str();
    app->add_flag("--json", options->json, "JSON instead of text");
    app->callback([options] { run_diff(*options); });
}

}  // namespace tool
