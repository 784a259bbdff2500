#include "scheme_file.hpp"

#include "failure.hpp"
#include "files.hpp"

namespace tool {

farspan::scheme read_scheme(const std::string& path) {
    const std::vector<uint8_t> text = read_bytes(path);
    try {
        return farspan::scheme::from_json({reinterpret_cast<const char*>(text.data()), text.size()});
    } catch (const farspan::error& error) {
        throw failure(path + ": " + error.what());
    }
}

}  // namespace tool
