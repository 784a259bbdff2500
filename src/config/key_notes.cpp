#include "config/key_notes.hpp"

#include "base/failure.hpp"
#include "farspan/model.h"

namespace farspan::config {

void note_unread_keys(const reader& keys, std::span<const position_key> table, const std::string& family) {
    for (const position_key& key : table) {
        if (keys.was_read(key.name)) continue;
        const entry found = keys.look(key.name);
        if (!found || is_at_rest(key, *found.value)) continue;
        const std::string value = describe(*found.value);
        if (key.unread == unread_key::refused)
            throw failure(FARSPAN_ERROR_COMBINATION, found.path.c_str(), "is %s: %s", value.c_str(), key.meaning);
        if (key.unread == unread_key::no_effect)
            keys.notes().add(FARSPAN_NOTE_NO_EFFECT, found.path,
                             "is %s: %s where a class reads it; that of %s does not", value.c_str(), key.meaning,
                             family.c_str());
        else
            keys.notes().add(FARSPAN_NOTE_INCOMPLETE, found.path, "is %s: %s; the scheme does not say so",
                             value.c_str(), key.meaning);
    }
}

}  // namespace farspan::config
