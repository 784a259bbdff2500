// What the headers of C++ are made of: arrays that a configuration keeps, owners of handles, arguments and answers as C
// takes and gives them. Included by them.
#ifndef FARSPAN_CPP_CROSSING_HPP
#define FARSPAN_CPP_CROSSING_HPP

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "farspan/cpp/views.hpp"

namespace farspan {

// Borrowed references of a segment: any array of std::optional<std::string_view>, or of ids.
using ids = array_view<const int64_t>;
using text_references = array_view<const std::optional<std::string_view>>;
using id_references = array_view<const std::optional<ids>>;

namespace detail {

// An array that a configuration keeps. Copies and moves share it, so that the pointer in the C struct stays valid.
template <class Value>
class kept_array {
public:
    // Keeps them, and writes the array and its count of the C struct; an empty list is not given.
    void keep(std::vector<Value> values, const Value*& array, int64_t& count) {
        count = static_cast<int64_t>(values.size());
        values_ = values.empty() ? nullptr : std::make_shared<const std::vector<Value>>(std::move(values));
        array = values_ ? values_->data() : nullptr;
    }

private:
    std::shared_ptr<const std::vector<Value>> values_;
};

template <class Value>
std::vector<Value> list_of(const Value* first, int64_t count) {
    return std::vector<Value>(first, first + count);
}

// A constructor that calls a function of C with it: create(Handle**, farspan_error*) -> farspan_status.
struct created {};

// A handle: movable, not copyable.
template <class Handle, void (*Destroy)(Handle*)>
class owner {
public:
    template <class Create>
    owner(created, Create&& create) {
        Handle* made = nullptr;
        check([&](farspan_error* cause) { return create(&made, cause); });
        handle_ = std::shared_ptr<Handle>(made, Destroy);
    }
    owner(owner&&) noexcept = default;
    owner& operator=(owner&&) noexcept = default;
    owner(const owner&) = delete;
    owner& operator=(const owner&) = delete;

    // The C handle, for calls of the C interface; throws if this object was moved from.
    Handle* get() const {
        if (!handle_) throw error(FARSPAN_ERROR_NULL_ARGUMENT, 0, "the object was moved from");
        return handle_.get();
    }

protected:
    // For what must not outlive the handle.
    std::shared_ptr<Handle> shared() const { return handle_; }

private:
    std::shared_ptr<Handle> handle_;
};

// A struct of C as its init function writes it.
template <class Struct>
Struct begun(void (*init)(Struct*, std::size_t)) {
    Struct made;
    init(&made, sizeof made);
    return made;
}

// An array and its count, as C takes them: an empty one is absent, or has an address all the same.
template <class Value>
Value* data_of(array_view<Value> array) {
    return array.empty() ? nullptr : array.data();
}
template <class Value>
Value* address_of(array_view<Value> array) {
    static std::remove_const_t<Value> nothing{};
    return array.empty() ? &nothing : array.data();
}
inline const char* address_of(std::string_view text) { return text.empty() ? "" : text.data(); }
template <class Array>
int64_t count_of(const Array& array) {
    return static_cast<int64_t>(array.size());
}

// References as C takes them: one that is not there has no data, an empty one has an address.
template <class View, class Given>
std::vector<View> views_of(array_view<const std::optional<Given>> references) {
    std::vector<View> views;
    for (std::size_t n = 0; n < references.size(); ++n) {
        const auto& given = references.data()[n];
        views.push_back({given ? address_of(*given) : nullptr, given ? count_of(*given) : 0});
    }
    return views;
}
inline std::vector<farspan_text> views_of(text_references references) { return views_of<farspan_text>(references); }
inline std::vector<farspan_ids> views_of(id_references references) { return views_of<farspan_ids>(references); }

// A text that the library writes: write(buffer, size, needed, error) -> farspan_status. Most fit into the first buffer.
template <class Write>
std::string written(Write&& write) {
    std::string text(255, '\0');
    for (;;) {
        const int64_t room = count_of(text) + 1;
        int64_t needed = 0;
        check([&](farspan_error* cause) { return write(text.data(), room, &needed, cause); });
        text.resize(static_cast<std::size_t>(needed) - 1);  // without the NUL
        if (needed <= room) return text;
    }
}

// A constant of the library; empty for NULL.
inline std::string text_of(const char* text) { return text ? text : ""; }

}  // namespace detail

// A declaration ahead of the class, whose methods and those of others take it.
class context;
namespace detail {
const farspan_context* handle(const context* given);
}

}  // namespace farspan

#endif
