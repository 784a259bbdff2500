// Typed reading of a configuration's keys, with the class defaults of the model family behind them. Every complaint
// carries the JSON path.
#pragma once

#include <functional>
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
    void add_defaults(std::span<const class_default> more) {
        defaults_.insert(defaults_.end(), more.begin(), more.end());
    }
    // Keys for which this is false are not found, and not marked as read; but for those that are revealed.
    void set_visible(std::function<bool(std::string_view)> visible) { visible_ = std::move(visible); }
    void reveal(names spellings) { revealed_.insert(spellings.begin(), spellings.end()); }

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

    bool empty() const { return scopes_.front().object->empty(); }
    const std::string& path() const { return scopes_.front().path; }

    // Where a key stands; where it would stand if it is absent. With several spellings: of the one that is there.
    std::string path_of(names spellings) const;
    std::string path_of(const char* key) const { return path_of({key}); }

    // A key whether or not it is visible, without marking it as read.
    entry look(std::string_view name) const;
    bool was_read(std::string_view name) const { return read_.contains(name); }

    // Notes every key of the first scope that nobody has asked for and that `concerns` is true for; without it all.
    void note_unread(const char* meaning, const std::function<bool(std::string_view)>& concerns = {});
    note_list& notes() const { return notes_; }

private:
    struct scope {
        const json_value* object;
        std::string path;
    };

    std::optional<double> default_of(names spellings);
    bool is_visible(const char* name) const { return !visible_ || visible_(name) || revealed_.contains(name); }

    note_list& notes_;
    std::vector<scope> scopes_;
    std::vector<class_default> defaults_;
    std::function<bool(std::string_view)> visible_;
    std::set<std::string, std::less<>> read_, revealed_;
};

// The complaints. `must` ends the sentence: "a number", "between 1 and 512".
[[noreturn]] void fail_type(const entry& at, const char* must);
[[noreturn]] void fail_range(const std::string& path, double value, double low, double high);

int64_t to_integer(const entry& at, int64_t low, int64_t high);
double to_real(const entry& at, double low, double high);

}  // namespace farspan::config
