// farspan diff A.json B.json: where two configurations, or two readings of one, part.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>

#include "commands.hpp"
#include "failure.hpp"
#include "model_file.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

// A layer with its scheme.
struct described_layer {
    farspan::scheme scheme;
    farspan::rope_config rope;

    described_layer(const farspan::model& model, int64_t index)
        : scheme(model.scheme_of(index)), rope(model.parts_of(index).rope) {}
};

struct rotation {
    std::vector<double> inv_freq;
    double magnitude = 1;
};

rotation rotation_of(const described_layer& layer, int64_t length) {
    rotation result;
    result.inv_freq.resize(static_cast<size_t>(layer.rope.rotary_dim / 2));
    if (layer.rope.method != FARSPAN_ROPE_NONE) result.magnitude = layer.scheme.frequencies(result.inv_freq, length);
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

ordered_json diff_rotations(const described_layer& x, const described_layer& y, int64_t length, double tolerance) {
    const rotation a = rotation_of(x, length), b = rotation_of(y, length);
    if (a.inv_freq.size() != b.inv_freq.size()) return {{"pairs", {a.inv_freq.size(), b.inv_freq.size()}}};
    if (const ordered_json mine = first_pair(x.rope), other = first_pair(y.rope); !a.inv_freq.empty() && mine != other)
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

// The first query that sees other keys, or key 0 at another distance, bias or scale.
ordered_json diff_rows(const described_layer& x, const described_layer& y, int64_t length, double tolerance) {
    ordered_json found = ordered_json::object();
    for (int64_t query = 0; query < length; ++query) {
        const auto seen_by_x = x.scheme.visible(query, length), seen_by_y = y.scheme.visible(query, length);
        if (!found.contains("visible") && seen_by_x != seen_by_y)
            found["visible"] = {{"query", query}, {"keys", {seen_by_x, seen_by_y}}};
        const farspan_probe a = x.scheme.probe(length, query, 0), b = y.scheme.probe(length, query, 0);
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
    ordered_json names = ordered_json::object();  // a part that is absent is null
    if (a.is_object()) names.update(a);
    if (b.is_object()) names.update(b);
    for (const auto& [name, unused] : names.items()) {
        const ordered_json x = a.contains(name) ? a[name] : ordered_json(),
                           y = b.contains(name) ? b[name] : ordered_json();
        if (x == y) continue;
        if ((x.is_object() || x.is_null()) && (y.is_object() || y.is_null()))
            diff_settings(x, y, prefix + name + ".", found);
        else
            found[prefix + name] = {x, y};
    }
}

// One entry for each pair of kinds of layer that meet.
ordered_json diff_layer(const farspan::model& a, const farspan::model& b, int64_t layer, int64_t length,
                        double tolerance) {
    ordered_json settings = ordered_json::object();
    diff_settings(layer_settings(a, layer), layer_settings(b, layer), "", settings);
    if (settings.empty()) return {};
    ordered_json found = {{"layer", layer}, {"settings", settings}};
    if (!a.layer_at(layer).scheme || !b.layer_at(layer).scheme) return found;
    const described_layer x(a, layer), y(b, layer);
    if (const ordered_json first = diff_rotations(x, y, length, tolerance); !first.is_null()) found["rotation"] = first;
    const ordered_json rows = diff_rows(x, y, length, tolerance);
    if (!rows.empty()) found["rows"] = rows;
    return found;
}

// What is null is what the library does without the setting.
std::string pair_text(const ordered_json& pair) {
    const auto text = [](const ordered_json& value) { return value.is_null() ? "default" : value.dump(); };
    return text(pair[0]) + " | " + text(pair[1]);
}

struct diff_options {
    std::string a, b;
    model_options first, second;
    int64_t length = 0;
    double tolerance = 1e-6;
    bool json = false;
};

int64_t common_length(const farspan::model& a, const farspan::model& b) {
    constexpr int64_t most = 65536;  // rows are compared one by one
    const int64_t x = a.describe().usable_context, y = b.describe().usable_context;
    return std::min(most, x > 0 && y > 0 ? std::max(x, y) : int64_t{4096});
}

void run_diff(diff_options& o) {
    if (o.length < 0) throw failure("--length " + std::to_string(o.length) + " must be at least 1");
    const farspan::model a = open_model(o.a, o.first), b = open_model(o.b, o.second);
    const int64_t length = o.length > 0 ? o.length : common_length(a, b);
    const ordered_json found = diff_models(a, b, length, o.tolerance);
    const std::string text = o.json ? found.dump(1) + "\n" : diff_text(found);
    std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

ordered_json diff_models(const farspan::model& a, const farspan::model& b, int64_t length, double tolerance) {
    const farspan_model_info x = a.describe(), y = b.describe();
    ordered_json found = {{"length", length}, {"tolerance", tolerance}, {"families", {x.family, y.family}}};
    if (x.layers != y.layers) found["layers"] = {x.layers, y.layers};
    if (x.usable_context != y.usable_context) found["usable_context"] = {x.usable_context, y.usable_context};
    found["differences"] = ordered_json::array();
    std::vector<std::pair<int64_t, int64_t>> met;
    for (int64_t n = 0; n < std::min(x.layers, y.layers); ++n) {
        const std::pair kinds(a.layer_at(n).alike, b.layer_at(n).alike);
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
