/* The three additions of the rehearsal, from C. */
#include <stdio.h>
#include <string.h>

#include "farspan/farspan.h"

#define MUST(condition)                                                 \
    do {                                                                \
        if (!(condition)) {                                             \
            fprintf(stderr, "line %d: not %s\n", __LINE__, #condition); \
            return 1;                                                   \
        }                                                               \
    } while (0)

int main(void) {
    MUST(farspan_method_find(FARSPAN_PART_TEMPERATURE, "rehearsal") == FARSPAN_TEMPERATURE_REHEARSAL);
    farspan_mask_config mask;
    farspan_mask_config_init(&mask, sizeof mask);
    MUST(mask.rehearsal == 0);
    float left[2] = {1, 2}, right[2] = {10, 20};
    farspan_error error = FARSPAN_ERROR_INIT;
    MUST(farspan_add_arrays(NULL, left, 2, right, 2, &error) == FARSPAN_ERROR_NULL_ARGUMENT && error.argument == 1);
    MUST(strncmp(error.message, "scheme", 6) == 0 && right[0] == 10);
    return 0;
}
