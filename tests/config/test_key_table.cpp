// The table of keys that touch visibility, positions or scale: its own consistency, and its copy in docs/models.md.
// After a change of the table, FARSPAN_UPDATE_DOCS=1 build/dev/tests/config/test_key_table writes the copy.
#include <criterion/criterion.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "config/families.hpp"
#include "config/key_table.hpp"

using namespace farspan::config;

namespace {

constexpr const char* document = FARSPAN_DOCS_DIR "/models.md";
constexpr const char *begin_mark = "<!-- keys: generated -->\n", *end_mark = "<!-- end of keys -->";

std::string text_of(const char* path) {
    std::ifstream file(path, std::ios::binary);
    cr_assert(file.good(), "%s", path);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

Test(key_table, each_key_is_there_once) {
    for (const auto table : {config_keys(), gguf_keys()}) {
        std::set<std::string> names;
        for (const position_key& key : table) cr_expect(names.insert(key.name).second, "%s is there twice", key.name);
    }
}

Test(key_table, rows_name_keys_of_the_table) {
    for (const family* row : known_rows()) {
        std::istringstream words(row->reads);
        for (std::string word; words >> word;)
            cr_expect(find_key(config_keys(), word), "%s reads %s, which is not in key_table.cpp", row->model_type,
                      word.c_str());
    }
}

Test(key_table, the_manual_is_current) {
    const std::string text = text_of(document);
    const std::size_t first = text.find(begin_mark), last = text.find(end_mark);
    cr_assert(first != std::string::npos && last != std::string::npos && first < last, "no marks in %s", document);
    const std::size_t start = first + std::char_traits<char>::length(begin_mark);
    const std::string current = key_tables_as_markdown();
    if (std::getenv("FARSPAN_UPDATE_DOCS"))
        std::ofstream(document, std::ios::binary) << text.substr(0, start) << current << text.substr(last);
    else
        cr_expect(text.substr(start, last - start) == current,
                  "%s does not say what key_table.cpp says: run this test with FARSPAN_UPDATE_DOCS=1", document);
}

// Null, empty and what the row says are at rest, alone and in lists; anything else is not.
Test(key_table, values_at_rest) {
    const auto whole = [](int64_t value) {
        return json_value{
            .kind = json_value::integer, .integer_value = value, .real_value = static_cast<double>(value)};
    };
    const json_value yes{.kind = json_value::boolean, .integer_value = 1}, no{.kind = json_value::boolean};
    const json_value text{.kind = json_value::text, .text_value = "true"};
    const auto rests = [](const char* name, const json_value& value) {
        const position_key* key = find_key(config_keys(), name);
        cr_assert(key, "%s", name);
        return is_at_rest(*key, value);
    };
    cr_expect(rests("is_causal", yes) && !rests("is_causal", no) && rests("is_causal", {}));
    cr_expect(rests("sliding_window", whole(0)) && rests("sliding_window", whole(-1)) &&
              !rests("sliding_window", whole(7)));
    cr_expect(rests("no_rope_layers", {.kind = json_value::array}));
    cr_expect(rests("no_rope_layers", {.kind = json_value::array, .items = {whole(1), whole(1)}}));
    cr_expect(!rests("no_rope_layers", {.kind = json_value::array, .items = {whole(1), whole(0)}}));
    cr_expect(!rests("prefix_lm", text) && rests("prefix_lm", no));
}
