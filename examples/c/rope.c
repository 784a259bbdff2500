/* Rotates one query vector by its position under YaRN. */
#include <farspan/farspan.h>
#include <stdio.h>

int main(void) {
    float x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    int64_t position = 100000;
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_tensor row;
    farspan_tensor_contiguous(&row, x, FARSPAN_F32, 1, 1, 1, 8); /* batch, heads, sequence, features */

    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_YARN);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = 8;
    rope.factor = 4;
    rope.original_context = 32768;

    farspan_scheme_parts parts;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.rope = &rope;
    farspan_scheme* scheme = NULL;
    if (farspan_scheme_create(&parts, &scheme, &error) ||
        farspan_rope_apply(NULL, scheme, NULL, &position, 1, &row, &row, &error)) {
        fprintf(stderr, "%s\n", error.message);
    } else {
        for (int d = 0; d < 8; ++d) printf("%.7g ", (double)x[d]);
        printf("\n");
    }
    farspan_scheme_destroy(scheme);
    return error.code != FARSPAN_OK;
}
