#include <criterion/criterion.h>

#include <cmath>
#include <cstring>

#include "made_model.hpp"
#include "methods.hpp"

using namespace tool;

namespace {

// A model without weights; derive() and make_scheme() need none.
language_model bare_model(const std::string& position) {
    const scratch_folder folder;
    nlohmann::ordered_json config = made_config(position);
    config["trained_length"] = 256;
    write_file(folder / "config.json", config.dump());
    language_model model;
    model.name = position;
    model.config = read_model_config(folder / "config.json");
    if (position == "t5") model.t5_values.assign(16, 0.5f);
    return model;
}

std::vector<std::string> every_name() {
    std::vector<std::string> names;
    for (const method& m : all_methods()) {
        names.push_back(m.name);
        if (m.rotary_only || names.back() == "none") names.push_back(std::string(m.name) + "-logn");
    }
    return names;
}

std::string mark(const recipe& how, int64_t length) { return fingerprint(make_scheme(how), length); }

}  // namespace

Test(methods, all_rest_up_to_the_trained_length) {
    const language_model model = bare_model("rope");
    for (const std::string& name : every_name())
        for (const int64_t length : {1, 128, 255, 256}) {
            const recipe how = derive(model, name, length), plain = derive(model, "none", length);
            cr_expect(make_scheme(how).to_json() == make_scheme(plain).to_json(), "%s at %ld", name.c_str(), length);
            cr_expect(mark(how, length) == mark(plain, length));
        }
}

// Its scheme is that of every length, the trained one included, and takes the place of all methods.
Test(methods, a_model_with_a_scheme_runs_under_it) {
    const scratch_folder folder;
    language_model model;
    model.config = read_model_config(write_tuned_model(folder.path(), "rope") / "config.json");
    for (const int64_t length : {8, 16, 33}) {
        std::vector<double> tuned(4), plain(4);
        make_scheme(derive(model, "none", length)).frequencies(tuned, length);
        make_scheme(derive(bare_model("rope"), "none", length)).frequencies(plain, length);
        for (size_t pair = 0; pair < plain.size(); ++pair) cr_expect(std::abs(tuned[pair] - plain[pair] / 2) < 1e-12);
    }
    cr_expect(default_methods(model.config) == std::vector<std::string>{"none"});
    cr_expect(!method_applies("window", model.config) && !method_applies("pi", model.config));
    cr_expect(row_name(model.config, "none") == "pi + 200 steps");
}

Test(methods, every_scheme_is_accepted_at_every_length) {
    const language_model model = bare_model("rope");
    for (const std::string& name : every_name())
        for (const int64_t length : {257, 300, 512, 1000, 2048, 4096, 65536})
            cr_expect(make_scheme(derive(model, name, length)).axes() == 1, "%s at %ld", name.c_str(), length);
}

// What the methods are for: no visible pair is further apart than training saw.
Test(methods, remapped_distances_stay_below_the_trained_length) {
    const language_model model = bare_model("rope");
    for (const char* name : {"rerope", "leaky-rerope", "self-extend", "dual-chunk", "lambda", "window", "streaming"})
        for (const int64_t length : {257, 300, 511, 512, 1000, 4096}) {
            const farspan::scheme scheme = make_scheme(derive(model, name, length));
            double most = 0;
            for (int64_t query = length - 1; query >= 0; query -= std::max<int64_t>(1, length / 13))
                for (int64_t key = 0; key <= query; ++key) {
                    const farspan_probe p = scheme.probe(length, query, key);
                    if (p.visible) most = std::max(most, p.relative_position);
                }
            cr_expect(most <= 255, "%s at %ld reaches distance %g", name, length, most);
            cr_expect(most >= 90, "%s at %ld uses no more than distance %g", name, length, most);
        }
}

Test(methods, self_extend_takes_the_smallest_group_that_reaches) {
    cr_expect(self_extend_group(256, 64, 256) == 1);
    for (const int64_t window : {1, 32, 64, 100})
        for (int64_t length = 100; length < 9000; length += 97) {
            const int64_t g = self_extend_group(256, window, length);
            const auto reach = [&](int64_t group) { return group * (256 - window + window / group); };
            cr_expect(g >= 1 && reach(g) >= length && (g == 1 || reach(g - 1) < length), "window %ld length %ld",
                      window, length);
        }
}

Test(methods, schemes_follow_the_stated_rules) {
    const language_model model = bare_model("rope");
    const auto scheme = [&](const char* name, int64_t length) {
        return nlohmann::json::parse(make_scheme(derive(model, name, length)).to_json());
    };
    cr_expect(scheme("pi", 1024)["rope"]["factor"] == 4.0);
    cr_expect(scheme("yarn", 2048)["rope"]["factor"] == 8.0);
    cr_expect(scheme("yarn", 2048)["rope"]["original_context"] == 256);
    cr_expect(scheme("yarn", 2048)["rope"]["beta_fast"] == 4.0);
    cr_expect(scheme("rerope", 512)["remap"]["window"] == 128);
    cr_expect(scheme("leaky-rerope", 4096)["remap"]["leak"] == 32.0);  // ceil(3967 / 127)
    cr_expect(scheme("dual-chunk", 512)["remap"]["chunk"] == 192);
    cr_expect(scheme("window", 512)["mask"]["window_left"] == 255);
    cr_expect(scheme("rerope-logn", 512)["score"]["trained_length"] == 256);
}

Test(methods, dynamic_yarn_equals_yarn_for_whole_windows) {
    const language_model model = bare_model("rope");
    const recipe a = derive(model, "yarn", 2048), b = derive(model, "dynamic-yarn", 2048),
                 c = derive(model, "pi", 2048);
    cr_expect(mark(a, 2048) == mark(b, 2048));
    cr_expect(mark(a, 2048) != mark(c, 2048));
}

Test(methods, names_are_checked) {
    const auto refuses = [](const char* name) {
        try {
            check_method_name(name);
        } catch (const failure& error) {
            return std::strstr(error.what(), "known are none, pi") != nullptr;
        }
        return false;
    };
    for (const char* name : {"", "Yarn", "yarn-", "yarn-logm", "-logn", "window-logn", "yarn-logn-logn"})
        cr_expect(refuses(name), "'%s'", name);
    for (const std::string& name : every_name()) check_method_name(name);
}

Test(methods, rotary_methods_are_for_rotary_models) {
    for (const char* position : {"sinusoidal", "alibi", "t5", "xpos"}) {
        const language_model model = bare_model(position);
        cr_expect(default_methods(model.config) == std::vector<std::string>{"none"});
        cr_expect(!method_applies("pi", model.config) && !method_applies("none-logn", model.config));
        cr_expect(method_applies("window", model.config));
        cr_expect(make_scheme(derive(model, "none", 4096)).axes() == 1);
        bool refused = false;
        try {
            derive(model, "yarn", 512);
        } catch (const failure& error) {
            refused = std::strstr(error.what(), position) != nullptr;
        }
        cr_expect(refused, "%s", position);
    }
    for (const std::string& name : default_methods(bare_model("rope").config)) check_method_name(name);
}

Test(methods, wrong_alibi_slopes_are_found) {
    language_model model = bare_model("alibi");
    check_slopes(model);
    model.config.position.slopes[1] *= 1.01;
    bool refused = false;
    try {
        check_slopes(model);
    } catch (const failure& error) {
        refused = std::strstr(error.what(), "head 1") != nullptr;
    }
    cr_expect(refused);
}
