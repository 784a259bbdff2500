#include "scheme_file.hpp"

#include "failure.hpp"
#include "files.hpp"

namespace tool {

farspan::scheme read_scheme(const std::string& path) {
    const std::vector<uint8_t> text = read_bytes(path);
    return parse_scheme({text.begin(), text.end()}, path);
}

farspan::scheme parse_scheme(const std::string& text, const std::string& of) {
    try {
        return farspan::scheme::from_json(text);
    } catch (const farspan::error& error) {
        throw failure(of + ": " + error.what());
    }
}

}  // namespace tool
