// What is said of keys that touch visibility, positions or scale and that nobody has read.
#pragma once

#include "config/key_table.hpp"
#include "config/reader.hpp"

namespace farspan::config {

// To be called when everything has been read. Throws failure for a key that must not be ignored.
void note_unread_keys(const reader& keys, std::span<const position_key> table, const std::string& family);

}  // namespace farspan::config
