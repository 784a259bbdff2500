/* A host that loads the library with dlopen, uses it with several threads, and unloads it: again and again, after a fork too,
 * and finds its floating-point mode and its streams untouched. Prints "N passed, M failed" last. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <fenv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include "farspan/farspan.h"

enum { HEADS = 4, TOKENS = 512, DIM = 32, COUNT = HEADS * TOKENS * DIM };
static float q[COUNT], k[COUNT], v[COUNT], out[COUNT], first_out[COUNT];
static const char* path;
static int passed, failed;

static void check(int condition, const char* what) {
    if (condition) {
        ++passed;
    } else {
        ++failed;
        printf("FAILED %s\n", what);
    }
}

static unsigned float_mode(void) {
#if defined(__x86_64__)
    return _mm_getcsr() & ~0x3fu; /* without the sticky exception flags */
#else
    return (unsigned)fegetround();
#endif
}

/* Pointers to functions cannot be cast from void* in C99; their bytes can be copied. */
static void find(void* library, const char* name, void* function) {
    void* symbol = dlsym(library, name);
    memcpy(function, &symbol, sizeof symbol);
}

/* Loads, runs one attention with four threads, and unloads. 0 is success. */
static int load_and_run(int shutdown_first) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return 1;
    farspan_status (*scheme_create)(const farspan_rope_config*, const farspan_remap_config*, const farspan_bias_config*,
                                    const farspan_mask_config*, const farspan_score_config*, farspan_scheme**,
                                    farspan_error*);
    farspan_status (*context_create)(const farspan_context_config*, farspan_context**, farspan_error*);
    farspan_status (*attention)(const farspan_context*, const farspan_scheme*, const farspan_tensor*,
                                const farspan_tensor*, const farspan_tensor*, const farspan_tensor*, farspan_error*);
    void (*context_init)(farspan_context_config*, size_t);
    void (*contiguous)(farspan_tensor*, void*, int32_t, int64_t, int64_t, int64_t, int64_t);
    void (*scheme_destroy)(farspan_scheme*);
    void (*context_destroy)(farspan_context*);
    void (*end_workers)(void);
    find(library, "farspan_scheme_create", &scheme_create);
    find(library, "farspan_context_create", &context_create);
    find(library, "farspan_attention", &attention);
    find(library, "farspan_context_config_init", &context_init);
    find(library, "farspan_tensor_contiguous", &contiguous);
    find(library, "farspan_scheme_destroy", &scheme_destroy);
    find(library, "farspan_context_destroy", &context_destroy);
    find(library, "farspan_shutdown", &end_workers);

    float* data[4] = {q, k, v, out};
    farspan_tensor tensor[4];
    for (int n = 0; n < 4; ++n) contiguous(&tensor[n], data[n], FARSPAN_F32, 1, HEADS, TOKENS, DIM);
    farspan_context_config config;
    context_init(&config, sizeof config);
    config.threads = 4;
    farspan_context* context = NULL;
    farspan_scheme* scheme = NULL;
    const int result = context_create(&config, &context, NULL) ||
                       scheme_create(NULL, NULL, NULL, NULL, NULL, &scheme, NULL) ||
                       attention(context, scheme, &tensor[0], &tensor[1], &tensor[2], &tensor[3], NULL);
    scheme_destroy(scheme);
    context_destroy(context);
    if (shutdown_first) end_workers();
    dlclose(library);
    return result;
}

static int all_equal(int shutdown_first, int rounds) {
    for (int round = 0; round < rounds; ++round) {
        memset(out, 0, sizeof out);
        if (load_and_run(shutdown_first) != 0 || memcmp(out, first_out, sizeof out) != 0) return 0;
    }
    return 1;
}

static int forked_child_agrees(void) {
    const pid_t child = fork();
    if (child == 0) _exit(all_equal(0, 1) ? 0 : 1);
    int status = 1;
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    path = argv[1];
    for (int n = 0; n < COUNT; ++n) {
        q[n] = (float)(n * 7 % 19 - 9) / 9;
        k[n] = (float)(n * 5 % 23 - 11) / 11;
        v[n] = (float)(n * 3 % 29 - 14) / 14;
    }
    const unsigned mode = float_mode();

    /* What the library writes to the streams while it works must be nothing. */
    fflush(stdout);
    FILE* captured = tmpfile();
    const int saved_out = dup(1), saved_err = dup(2);
    if (!captured || saved_out < 0 || saved_err < 0) return 2;
    dup2(fileno(captured), 1);
    dup2(fileno(captured), 2);
    const int first = load_and_run(0);
    memcpy(first_out, out, sizeof out);
    const int without_shutdown = all_equal(0, 100), with_shutdown = all_equal(1, 100), after_fork = forked_child_agrees();
    dup2(saved_out, 1);
    dup2(saved_err, 2);

    check(first == 0, "the first dlopen and run");
    check(without_shutdown, "100 times dlopen, run, dlclose with equal bits");
    check(with_shutdown, "the same with farspan_shutdown before dlclose");
    check(after_fork, "a run in a forked child");
    check(lseek(fileno(captured), 0, SEEK_END) == 0, "nothing on stdout and stderr");
    check(float_mode() == mode, "the floating-point mode of the host is untouched");
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
