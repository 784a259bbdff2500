#include <cstdarg>
#include <cstdio>

#include "explain.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

[[gnu::format(printf, 2, 3)]] void add(std::string& text, const char* format, ...) {
    char buffer[512];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(buffer, sizeof buffer, format, arguments);
    va_end(arguments);
    text += buffer;
}

long long integer(const ordered_json& value) { return value.get<long long>(); }
double real(const ordered_json& value) { return value.get<double>(); }

void add_rope(std::string& text, const ordered_json& rope) {
    add(text, "Rope %s, base %.10g, %lld rotated features, magnitude %.10g\n",
        rope["method"].get<std::string>().c_str(), real(rope["base"]), integer(rope["rotary_dim"]),
        real(rope["magnitude"]));
    add(text, "  %4s %22s %18s %12s %14s\n", "pair", "inv_freq (rad/pos)", "wavelength (pos)", "/ plain", "turns at n");
    for (const ordered_json& row : rope["frequencies"]) {
        char wavelength[32] = "-";
        if (!row["wavelength"].is_null()) std::snprintf(wavelength, sizeof wavelength, "%.6g", real(row["wavelength"]));
        add(text, "  %4lld %22.15g %18s %12.8g %14.6g\n", integer(row["pair"]), real(row["inv_freq"]), wavelength,
            real(row["ratio"]), real(row["turns_at_length"]));
    }
    text += "\n";
}

void add_bias(std::string& text, const ordered_json& bias) {
    add(text, "Bias %s%s\n  %8s", bias["method"].get<std::string>().c_str(),
        bias["values_are_bucket_numbers"].get<bool>() ? " (the number of the bucket stands for its trained value)" : "",
        "distance");
    for (const ordered_json& head : bias["by_head"]) add(text, "  %10s%-3lld", "head ", integer(head["head"]));
    text += "\n";
    for (size_t n = 0; n < bias["distances"].size(); ++n) {
        add(text, "  %8lld", integer(bias["distances"][n]));
        for (const ordered_json& head : bias["by_head"]) add(text, "  %13.7g", real(head["values"][n]));
        text += "\n";
    }
    text += "\n";
}

void add_row(std::string& text, const ordered_json& row) {
    add(text, "Row %lld\n  sees %lld keys:", integer(row["query"]), integer(row["visible_keys"]));
    for (const ordered_json& v : row["visible"]) add(text, " [%lld, %lld)", integer(v[0]), integer(v[1]));
    add(text, "\n  scale %.10g%s\n", real(row["scale"]),
        row["scale_is_times_inverse_root_head_dim"].get<bool>() ? " times 1/sqrt(head_dim)" : "");
    if (real(row["magnitude"]) != 1)
        add(text, "  rotated logits carry the magnitude squared, %.10g\n",
            real(row["magnitude"]) * real(row["magnitude"]));
    add(text, "  %6s %21s %33s %33s\n", "branch", "keys", "at the first key", "at the last key");
    add(text, "  %6s %21s %11s%11s%11s %11s%11s%11s\n", "", "", "query pos", "key pos", "relative", "query pos",
        "key pos", "relative");
    for (const ordered_json& run : row["branches"]) {
        char keys[48];
        std::snprintf(keys, sizeof keys, "[%lld, %lld)", integer(run["keys"][0]), integer(run["keys"][1]));
        add(text, "  %6lld %21s", integer(run["branch"]), keys);
        for (const char* end : {"first", "last"}) {
            const ordered_json& at = run[end];
            add(text, " %11.8g%11.8g%11.8g", real(at["query_angle_position"]), real(at["key_angle_position"]),
                real(at["relative_position"]));
        }
        text += "\n";
    }
}

// "yarn, factor 4, base 1000000"
std::string part_text(const ordered_json& part) {
    std::string text;
    for (const auto& [name, value] : part.items())
        text += (text.empty() ? "" : ", ") + (name == "method" || name == "temperature" ? "" : name + " ") +
                value_text(value);
    return text;
}

}  // namespace

std::string value_text(const ordered_json& value) {
    if (value.is_null()) return "every key";
    if (value.is_string()) return value.get<std::string>();
    if (value.is_array() && value.size() > 8) return std::to_string(value.size()) + " numbers";
    if (!value.is_number_float()) return value.dump();
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", value.get<double>());
    return text;
}

std::string settings_text(const ordered_json& settings) {
    std::string text;
    for (const auto& [name, value] : settings.items())
        text += "  " + name + std::string(std::max<size_t>(1, 17 - name.size()), ' ') +
                (value.is_object() ? part_text(value) : value_text(value)) + "\n";
    return text;
}

std::string explain_text(const ordered_json& found) {
    std::string text;
    add(text, "Current length n = %lld\n", integer(found["length"]));
    if (found.contains("scheme")) text += settings_text(found["scheme"]);
    text += "\n";
    if (found.contains("rope")) add_rope(text, found["rope"]);
    if (found.contains("bias")) add_bias(text, found["bias"]);
    add_row(text, found["row"]);
    return text;
}

}  // namespace tool
