/* Prints the instruction sets that can be used here, the default one first. */
#include <farspan/farspan.h>
#include <stdio.h>

int main(void) {
    farspan_context* context = NULL;
    if (farspan_context_create(NULL, &context, NULL) != FARSPAN_OK) return 1;
    const int32_t best = farspan_context_isa(context);
    farspan_context_destroy(context);
    printf("%s\n", farspan_isa_name(best));
    for (int32_t isa = 1; farspan_isa_name(isa); ++isa)
        if (isa != best && farspan_isa_supported(isa)) printf("%s\n", farspan_isa_name(isa));
    return 0;
}
