// The keys that touch visibility, positions or scale in any published family, and what is said of one that a family
// does not read. docs/models.md is generated from this table.
//
// A family sees of these keys only those that its class reads: a key without `everyone` is hidden from the reader
// unless the family's row names it, in `reads` or among its defaults, or its rule for windows needs it. What stays
// hidden and is not at rest becomes the note or the refusal that the table says.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "config/json.hpp"

namespace farspan::config {

struct family;

enum class touches { visibility, position, scale };

enum class unread_key {
    no_effect,   // FARSPAN_NOTE_NO_EFFECT: the class is known not to read it
    incomplete,  // FARSPAN_NOTE_INCOMPLETE: the model may see, turn or scale otherwise than the scheme says
    refused      // FARSPAN_ERROR_COMBINATION: no reading is safe
};

struct position_key {
    const char* name;
    touches part;
    const char* rest;  // values that change nothing: words as JSON has them, "*" for all. Always at rest: null, empty
                       // lists and objects, lists whose items are at rest
    unread_key unread;
    const char* meaning;    // what another value means, to follow "is 4: "
    bool everyone = false;  // the readers ask for it in every family
};

std::span<const position_key> config_keys();  // of config.json
std::span<const position_key> gguf_keys();    // behind the architecture's name in GGUF metadata

const position_key* find_key(std::span<const position_key> table, std::string_view name);

bool is_at_rest(const position_key& key, const json_value& value);

// Whether the class of a family reads a key, as far as the table knows it; true for keys outside the table.
bool reads_key(const family& row, std::string_view name);

// Is `name` one of the words of `list`, which blanks separate?
bool has_word(std::string_view list, std::string_view name);

// The tables as docs/models.md has them.
std::string key_tables_as_markdown();

}  // namespace farspan::config
