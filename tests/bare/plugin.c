/* A host that knows the library only at run time: loads it, rotates and attends on two threads, prints one number, and
 * unloads it.
 *
 * usage: plugin PATH/libfarspan.so.1 */
#include <dlfcn.h>
#include <farspan/api_table.h>
#include <stdio.h>

enum { HEADS = 4, TOKENS = 512, DIM = 64 };
static float q[HEADS * TOKENS * DIM], k[HEADS * TOKENS * DIM], v[HEADS * TOKENS * DIM], out[HEADS * TOKENS * DIM];

int main(int count, char** words) {
    if (count != 2) return 2;
    void* library = dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    const farspan_api* (*get_api)(uint32_t) = NULL;
    *(void**)&get_api = dlsym(library, "farspan_get_api");
    const farspan_api* farspan = get_api ? get_api(FARSPAN_ABI_VERSION) : NULL;
    if (!farspan || farspan->struct_size < sizeof *farspan) return 1;

    uint32_t seed = 1;
    farspan_tensor tensor[4];
    float* data[4] = {q, k, v, out};
    for (int n = 0; n < 4; ++n) {
        for (int i = 0; i < HEADS * TOKENS * DIM; ++i)
            data[n][i] = (float)((seed = seed * 1664525u + 1013904223u) >> 8) / 8388608.0f - 1.0f;
        farspan->tensor_contiguous(&tensor[n], data[n], FARSPAN_F32, 1, HEADS, TOKENS, DIM);
    }
    farspan_rope_config rope;
    farspan->rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = DIM;
    farspan_scheme_parts parts;
    farspan->scheme_parts_init(&parts, sizeof parts);
    parts.rope = &rope;
    farspan_attention_data tensors;
    farspan->attention_data_init(&tensors, sizeof tensors);
    tensors.q = &tensor[0];
    tensors.k = &tensor[1];
    tensors.v = &tensor[2];
    tensors.out = &tensor[3];
    farspan_context_config threads;
    farspan->context_config_init(&threads, sizeof threads);
    threads.threads = 2;
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_context* context = NULL;
    farspan_scheme* scheme = NULL;
    if (farspan->context_create(&threads, &context, &error) || farspan->scheme_create(&parts, &scheme, &error) ||
        farspan->attention(context, scheme, &tensors, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    /* A refusal goes through the C++ exceptions that are linked in. */
    rope.rotary_dim = 3;
    farspan_scheme* none = NULL;
    if (farspan->scheme_create(&parts, &none, &error) == FARSPAN_OK || none) return 1;
    printf("first number %.6f; %s\n", (double)out[HEADS * TOKENS * DIM - 1], error.message);
    farspan->scheme_destroy(scheme);
    farspan->context_destroy(context);
    farspan->shutdown();
    return dlclose(library);
}
