// cpp/model.hpp must compile alone and be included twice; its templates must compile when used.
#include "farspan/cpp/model.hpp"

farspan::scheme first_layer(const std::vector<farspan::metadata>& metadata, const std::vector<std::byte>& file) {
    const farspan::model model =
        file.empty() ? farspan::model::from_metadata(metadata) : farspan::model::from_gguf(file);
    return model.parts_of(0).make_scheme();
}
