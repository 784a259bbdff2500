// farspan compare, and farspan perplexity beside the report.
#include <criterion/criterion.h>

#include <cmath>

#include "made_model.hpp"
#include "run_command.hpp"

using nlohmann::json;

namespace {

struct two_reports : scratch_folder {
    std::string models = path().string(), text = (*this / "text").string();

    two_reports() {
        write_model(path(), "rope", "rope");
        write_file(text, made_text(3000));
    }
    std::string report(const std::string& name, const std::vector<std::string>& more) const {
        std::vector<std::string> arguments = {"report", "--models", models, "--text", text, "--quiet", "--json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const command_result result = run_farspan(arguments);
        cr_assert(result.exit_code == 0, "%s", result.err.c_str());
        const std::string file = (*this / name).string();
        write_file(file, result.out);
        return file;
    }
};

json compared(const std::string& a, const std::string& b) {
    const command_result result = run_farspan({"compare", a, b, "--json"});
    cr_assert(result.exit_code == 0, "%s", result.err.c_str());
    return json::parse(result.out);
}

}  // namespace

Test(compare, a_report_does_not_differ_from_itself) {
    const two_reports folder;
    const std::string a = folder.report("a.json", {"--bytes", "1024", "--lengths", "16,64"});
    const json found = compared(a, a);
    cr_expect(found["paired"] == true && found["only_in_a"].empty() && found["only_in_b"].empty());
    cr_expect(found["series"].size() > 10);
    for (const json& line : found["series"])
        for (const json& point : line["points"])
            cr_expect(point["nll_difference"] == 0.0 && point["interval"]["low"] == 0.0 &&
                      point["interval"]["high"] == 0.0);
}

Test(compare, differences_are_those_of_the_reports) {
    const two_reports folder;
    const std::string a = folder.report("a.json",
                                        {"--bytes", "1024", "--lengths", "16,64", "--methods", "none,rerope"}),
                      b = folder.report(
                          "b.json", {"--bytes", "1024", "--lengths", "64,16", "--methods", "none,yarn", "--decode"});
    const json found = compared(a, b);
    cr_expect(found["paired"] == true);  // the same bytes, whatever the way to score them
    cr_expect(found["only_in_a"] == json({"rope rerope"}) && found["only_in_b"] == json({"rope yarn"}));
    cr_assert(found["series"].size() == 1);
    const json& point = found["series"][0]["points"][1];
    cr_expect(point["length"] == 64 && std::abs(point["nll_difference"].get<double>()) < 1e-5);
    const command_result text = run_farspan({"compare", a, b});
    cr_expect(text.exit_code == 0 && text.out.find("only in B: rope yarn") != std::string::npos, "%s",
              text.out.c_str());
}

Test(compare, other_bytes_are_compared_by_their_standard_errors) {
    const two_reports folder;
    const std::string a = folder.report("a.json", {"--bytes", "1024", "--lengths", "64", "--methods", "none"}),
                      b = folder.report("b.json", {"--bytes", "2048", "--lengths", "64", "--methods", "none"});
    const json found = compared(a, b);
    cr_expect(found["paired"] == false);
    const json& point = found["series"][0]["points"][0];
    const double low = point["interval"]["low"], high = point["interval"]["high"], difference = point["nll_difference"];
    cr_expect(low < difference && difference < high && std::abs((low + high) / 2 - difference) < 1e-9);
}

Test(compare, files_that_are_no_reports_are_refused) {
    const two_reports folder;
    const std::string a = folder.report("a.json", {"--bytes", "512", "--lengths", "64", "--methods", "none"});
    write_file(folder / "text.json", "hello");
    write_file(folder / "other.json", "{\"series\": 3}");
    json broken = json::parse("{}");
    broken = {
        {"text", json::object()}, {"rules", json::object()}, {"series", {{{"model", "rope"}, {"method", "none"}}}}};
    write_file(folder / "broken.json", broken.dump());
    for (const auto& [name, part] : {std::pair("text.json", "not JSON"),
                                     {"other.json", "not a report"},
                                     {"broken.json", "missing"},
                                     {"nowhere.json", "cannot open"}}) {
        const command_result result = run_farspan({"compare", a, (folder / name).string()});
        cr_expect(result.exit_code == 1 && result.err.find(part) != std::string::npos, "%s: %s", name,
                  result.err.c_str());
        cr_expect(result.out.empty());
    }
}

Test(perplexity, blocks_over_one_stretch_are_the_report) {
    const two_reports folder;
    const std::string text = (folder / "stretch").string();
    write_file(text, made_text(65));
    const command_result report = run_farspan({"report", "--models", folder.models, "--text", text, "--bytes", "64",
                                               "--lengths", "16,64", "--methods", "none,rerope", "--json", "--quiet"});
    cr_assert(report.exit_code == 0, "%s", report.err.c_str());
    const json whole = json::parse(report.out);
    for (const json& line : whole["series"])
        for (const json& point : line["points"]) {
            const command_result result =
                run_farspan({"perplexity", "--models", folder.models, "--model", "rope", "--text", text, "--method",
                             line["method"], "--length", point["length"].dump(), "--json", "--quiet"});
            cr_assert(result.exit_code == 0, "%s", result.err.c_str());
            const json found = json::parse(result.out);
            cr_expect(found["tokens"] == 64);
            cr_expect(std::abs(found["nll"].get<double>() - point["nll"].get<double>()) < 1e-6);
        }
}

Test(perplexity, schedules_that_cannot_be_are_refused) {
    const two_reports folder;
    const auto refused = [&](const std::vector<std::string>& more, const char* part) {
        std::vector<std::string> arguments = {"perplexity", "--models", folder.models, "--model",
                                              "rope",       "--text",   folder.text,   "--quiet"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const command_result result = run_farspan(arguments);
        cr_expect(result.exit_code == 1 && result.err.find(part) != std::string::npos, "%s: %s", part,
                  result.err.c_str());
    };
    refused({"--windows", "sliding"}, "config.stride is 0");
    refused({"--windows", "last", "--segment", "3000"}, "config.segment is 3000");
    refused({"--stride", "4"}, "config.stride is 4: must be 0");
    refused({"--method", "yran"}, "unknown method \"yran\"");
    refused({"--logits", "/nowhere/logits"}, "/nowhere/logits: cannot create");
}
