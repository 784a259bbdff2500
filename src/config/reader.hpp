// Typed reading of a configuration's keys, with the class defaults of the model family behind them. Every complaint
// carries the JSON path.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "config/json.hpp"
#include "config/notes.hpp"

namespace farspan::config {

// What the model's class assumes when a key is absent. A null in the file is not absent: it means none.
struct class_default {
    const char* key;
    double value;
};

using names = std::initializer_list<const char*>;

struct entry {
    const json_value* value = nullptr;
    std::string path;
    explicit operator bool() const { return value && value->kind != json_value::null; }
};

class reader {
public:
    reader(note_list& notes) : notes_(notes) {}

    // Objects in order of priority: what an earlier one says hides the later ones.
    void add_scope(const json_value& object, std::string path);
    void set_defaults(std::span<const class_default> defaults) { defaults_ = defaults; }

    // The first of several spellings that is there; a null only if no spelling has a value. Marks them as read.
    entry find(names spellings);
    bool has(names spellings) { return static_cast<bool>(find(spellings)); }
    bool is_null(names spellings);

    // Absent: the class default if there is one, else nothing. Null: nothing. A wrong type or a number outside [low,
    // high] throws.
    std::optional<int64_t> integer(names spellings, int64_t low, int64_t high);
    std::optional<double> real(names spellings, double low, double high);
    std::optional<bool> flag(names spellings);
    std::optional<std::string> text(names spellings);
    std::vector<double> reals(names spellings, double low, double high, std::size_t most);

    int64_t required_integer(names spellings, int64_t low, int64_t high);
    double required_real(names spellings, double low, double high);

    // A reader of the object under a key, without class defaults; nothing if it is absent or null.
    std::optional<reader> child(names spellings);

    bool empty() const { return scopes_.front().object->names.empty(); }
    const std::string& path() const { return scopes_.front().path; }
    std::string path_of(const char* key) const { return join_path(path(), key); }

    // Notes every key of the first scope that nobody has asked for.
    void note_unread(const char* meaning);
    note_list& notes() const { return notes_; }

private:
    struct scope {
        const json_value* object;
        std::string path;
    };

    std::optional<double> default_of(names spellings);

    note_list& notes_;
    std::vector<scope> scopes_;
    std::span<const class_default> defaults_;
    std::set<std::string, std::less<>> read_;
};

// The complaints. `must` ends the sentence: "a number", "between 1 and 512".
[[noreturn]] void fail_type(const entry& at, const char* must);
[[noreturn]] void fail_range(const std::string& path, double value, double low, double high);

int64_t to_integer(const entry& at, int64_t low, int64_t high);
double to_real(const entry& at, double low, double high);

}  // namespace farspan::config
