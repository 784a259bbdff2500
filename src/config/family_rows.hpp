// The rows of model families by kind, for families.cpp. A row says what a config.json leaves to the class; names that
// share everything with a row are aliases of it.
#pragma once

#include <span>

#include "config/families.hpp"

namespace farspan::config {

struct family_alias {
    const char *name, *meant;
};

struct refused_family {
    const char *name, *reason;
};

std::span<const family> dense_rows();     // every layer rotates and sees everything, or one window
std::span<const family> windowed_rows();  // layers of several kinds
std::span<const family> hybrid_rows();    // some layers have no softmax attention
std::span<const family> absolute_rows();  // positions are added to the embeddings
std::span<const family_alias> family_aliases();
std::span<const refused_family> refused_families();

}  // namespace farspan::config
