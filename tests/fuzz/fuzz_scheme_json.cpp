// The reader of schemes as text. Any answer will do; a scheme that was made must have a text that makes the same one,
// and answer.
#include <string>

#include "farspan/farspan.h"
#include "require.hpp"

namespace {

farspan_scheme* read(const std::string& text) {
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_scheme* scheme = nullptr;
    const farspan_status status =
        farspan_scheme_from_json(text.data(), static_cast<int64_t>(text.size()), &scheme, &error);
    require((status == FARSPAN_OK) == (scheme != nullptr) && status != FARSPAN_ERROR_INTERNAL);
    require(scheme || (error.message[0] != 0 && error.argument == 1));
    return scheme;
}

std::string write(const farspan_scheme* scheme) {
    int64_t needed = 0;
    require(farspan_scheme_to_json(scheme, nullptr, 0, &needed, nullptr) == FARSPAN_OK);
    std::string text(static_cast<size_t>(needed), 'x');
    require(farspan_scheme_to_json(scheme, text.data(), needed, &needed, nullptr) == FARSPAN_OK);
    require(text.back() == 0);
    text.pop_back();
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    farspan_scheme* scheme = read(std::string(reinterpret_cast<const char*>(data), size));
    if (!scheme) return 0;
    const std::string text = write(scheme);
    farspan_scheme* again = read(text);
    require(again != nullptr);
    require(write(again) == text);
    farspan_probe probe{};
    probe.struct_size = sizeof probe;
    farspan_scheme_probe(again, 0, 9000, 17, 0, &probe, nullptr);
    farspan_scheme_destroy(again);
    farspan_scheme_destroy(scheme);
    return 0;
}
