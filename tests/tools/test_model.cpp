#include <criterion/criterion.h>

#include "expect.hpp"
#include "made_model.hpp"
#include "model.hpp"

using nlohmann::ordered_json;

namespace {

std::string config_refusal(const ordered_json& config) {
    const scratch_folder folder;
    write_file(folder / "config.json", config.dump());
    return failure_of([](const std::filesystem::path& p) { tool::read_model_config(p); }, folder / "config.json");
}

std::string load_refusal(const std::filesystem::path& folder) {
    return failure_of([](const std::filesystem::path& p) { tool::load_model(p); }, folder);
}

}  // namespace

Test(model, reads_all_five) {
    for (const char* position : {"sinusoidal", "rope", "alibi", "t5", "xpos"}) {
        const scratch_folder folder;
        const tool::language_model model = tool::load_model(write_model(folder.path(), "made", position));
        cr_expect(model.name == "made");
        cr_expect(model.config.position.method == position);
        cr_expect(model.layers.size() == 2);
        cr_expect(model.layers[1].qkv.size() == 48 * 16);
        cr_expect(model.layers[1].gate_up.size() == 48 * 16);
        cr_expect(model.t5_values.size() == (model.config.position.method == "t5" ? 16 : 0));
    }
}

Test(model, a_fine_tuned_model_has_the_rest_from_its_base_model) {
    const scratch_folder folder;
    const std::filesystem::path tuned = write_tuned_model(folder.path(), "rope");
    expect_text(load_refusal(tuned), "rope/model.safetensors: cannot open");
    const tool::language_model base = tool::load_model(write_model(folder.path(), "rope", "rope"));
    const tool::language_model model = tool::load_model(tuned);
    cr_expect(model.name == "rope-pi" && model.config.tuned.start == "pi" && model.config.tuned.steps == 200);
    cr_expect(model.embedding == base.embedding && model.head == base.head && model.layers[1].qkv.size() == 48 * 16);

    ordered_json config = made_config("rope");
    config["scheme"] = {{"rope", {{"method", "liner"}}}};
    expect_text(config_refusal(config), "field \"scheme\": ");
    config["scheme"] = ordered_json::object();
    config["fine_tuned"] = {{"base_model", "rope"}, {"start", 3}, {"steps", 200}};
    expect_text(config_refusal(config), "field \"fine_tuned.start\" is 3, expected a text");
}

Test(model, config_errors_name_field_and_value) {
    ordered_json config = made_config("rope");
    config.erase("hidden_size");
    expect_text(config_refusal(config), "field \"hidden_size\" is missing");
    config = made_config("rope");
    config["num_hidden_layers"] = 2.5;
    expect_text(config_refusal(config), "field \"num_hidden_layers\" is 2.5, expected an integer from 1 to 1000");
    config = made_config("rope");
    config["vocab_size"] = 32000;
    expect_text(config_refusal(config), "field \"vocab_size\" is 32000, expected an integer from 256 to 256");
    config = made_config("rope");
    config["hidden_act"] = "gelu";
    expect_text(config_refusal(config), "field \"hidden_act\" is \"gelu\", expected silu");
    config = made_config("rope");
    config["position"]["layout"] = "sideways";
    expect_text(config_refusal(config), "field \"position.layout\" is \"sideways\", expected one of half, interleaved");
    config = made_config("alibi");
    config["position"]["slopes"] = {0.5};
    expect_text(config_refusal(config), "expected 2 numbers, one per head");
    config = made_config("t5");
    config["position"]["bidirectional"] = 0;
    expect_text(config_refusal(config), "field \"position.bidirectional\" is 0, expected true or false");
    config = made_config("rope");
    config["rms_norm_eps"] = 0;
    expect_text(config_refusal(config), "field \"rms_norm_eps\" is 0, expected a positive number");
    config = made_config("rope");
    config["position"] = "rope";
    expect_text(config_refusal(config), "not a JSON object");
    config = made_config("rope");
    config["num_key_value_heads"] = 2;
    config["num_attention_heads"] = 3;
    expect_text(config_refusal(config), "a divisor of num_attention_heads");
}

Test(model, a_missing_or_misshapen_tensor_is_named) {
    const scratch_folder folder;
    const auto path = write_model(folder.path(), "made", "rope");
    auto tensors = made_tensors(made_config("rope"));
    const auto broken = [&](size_t n) -> std::pair<std::string, made_tensor>& { return tensors[n]; };
    const std::string name = broken(4).first;
    broken(4).first = "something.else";
    write_file(path / "model.safetensors", safetensors_bytes(tensors));
    expect_text(load_refusal(path), "tensor \"" + name + "\" is missing");
    broken(4).first = name;
    broken(4).second.shape = {256};
    write_file(path / "model.safetensors", safetensors_bytes(tensors));
    expect_text(load_refusal(path), "tensor \"" + name + "\" has shape [256], the configuration asks for [16, 16]");
    std::filesystem::remove(path / "model.safetensors");
    expect_text(load_refusal(path), "model.safetensors: cannot open: No such file");
    write_file(path / "config.json", "{");
    expect_text(load_refusal(path), "config.json: not JSON");
}
