// The three additions of the rehearsal, from C++.
#include <cstdio>
#include <vector>

#include "farspan/farspan.hpp"

int main() {
    farspan::score_config score;
    score.temperature = FARSPAN_TEMPERATURE_REHEARSAL;
    score.scale = 3;
    farspan::mask_config mask;
    mask.window_left = 1;
    mask.rehearsal = 2;
    farspan::scheme_parts parts;
    parts.score = &score;
    parts.mask = &mask;
    const farspan::scheme scheme(parts);
    if (scheme.probe(0, 9, 1).scale != 6 || !scheme.probe(0, 9, 1).visible || scheme.probe(0, 9, 2).visible) return 1;

    const std::vector<float> left{1, 2}, shorter{1};
    std::vector<float> right{10, 20};
    farspan::add_arrays(scheme, left, right);
    if (right != std::vector<float>{11, 22}) return 2;
    try {
        farspan::add_arrays(scheme, shorter, right);
    } catch (const farspan::error& error) {
        return error.argument() == 3 && error.status() == FARSPAN_ERROR_SHAPE ? 0 : 3;
    }
    return 4;
}
