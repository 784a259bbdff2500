#define _GNU_SOURCE
#include "host.h"

#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static float q[COUNT], k[COUNT], v[COUNT], first[COUNT];
static int passed, failed, have_first;
static const char* failures[64];

void host_prepare(void) {
    for (int n = 0; n < COUNT; ++n) {
        q[n] = (float)(n * 7 % 19 - 9) / 9;
        k[n] = (float)(n * 5 % 23 - 11) / 11;
        v[n] = (float)(n * 3 % 29 - 14) / 14;
    }
    have_first = 0;
}

struct job {
    const farspan_api* farspan;
    const farspan_context* context;
    const farspan_scheme* scheme;
    farspan_status status;
    float out[COUNT];
};

static void* work(void* given) {
    struct job* job = given;
    float* data[4] = {q, k, v, job->out};
    farspan_tensor tensor[4];
    for (int n = 0; n < 4; ++n)
        job->farspan->tensor_contiguous(&tensor[n], data[n], FARSPAN_F32, 1, HEADS, TOKENS, DIM);
    farspan_attention_data attention;
    job->farspan->attention_data_init(&attention, sizeof attention);
    attention.q = &tensor[0];
    attention.k = &tensor[1];
    attention.v = &tensor[2];
    attention.out = &tensor[3];
    job->status = job->farspan->attention(job->context, job->scheme, &attention, NULL);
    return NULL;
}

static int same_bits(const float* out) {
    if (!have_first) memcpy(first, out, sizeof first);
    have_first = 1;
    return memcmp(out, first, sizeof first) == 0;
}

static int run_threads(const farspan_api* farspan, const farspan_context* context, const farspan_scheme* scheme,
                       int count) {
    struct job* jobs = malloc(HOST_THREADS * sizeof *jobs);
    pthread_t threads[HOST_THREADS];
    int started = 0, good = jobs != NULL;
    if (!jobs) return 0;
    for (int n = 0; n < count; ++n) jobs[n] = (struct job){farspan, context, scheme, FARSPAN_ERROR_INTERNAL, {0}};
    while (started + 1 < count && pthread_create(&threads[started + 1], NULL, work, &jobs[started + 1]) == 0) ++started;
    work(&jobs[0]);
    for (int n = 1; n <= started; ++n) pthread_join(threads[n], NULL);
    for (int n = 0; n < count; ++n) good = good && jobs[n].status == FARSPAN_OK && same_bits(jobs[n].out);
    free(jobs);
    return good;
}

static int round_with(const char* path, int end_workers, int threads) {
    void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
    /* A pointer to a function cannot be cast from void* in C99; its bytes can be copied. */
    const farspan_api* (*get_api)(uint32_t) = NULL;
    void* symbol = dlsym(library, "farspan_get_api");
    memcpy(&get_api, &symbol, sizeof symbol);
    const farspan_api* farspan = get_api ? get_api(FARSPAN_ABI_VERSION) : NULL;
    if (!farspan || farspan->struct_size < sizeof *farspan) return 0;

    farspan_context_config config;
    farspan->context_config_init(&config, sizeof config);
    config.threads = 2;
    farspan_context* context = NULL;
    farspan_scheme* scheme = NULL;
    const int good = farspan->context_create(&config, &context, NULL) == FARSPAN_OK &&
                     farspan->scheme_create(NULL, &scheme, NULL) == FARSPAN_OK &&
                     run_threads(farspan, context, scheme, threads);
    farspan->scheme_destroy(scheme);
    farspan->context_destroy(context);
    if (end_workers) farspan->shutdown();
    return dlclose(library) == 0 && good;
}

int host_round(const char* path, int end_workers) { return round_with(path, end_workers, HOST_THREADS); }

int host_round_alone(const char* path, int end_workers) { return round_with(path, end_workers, 1); }

long resident_bytes(void) {
    long size = 0, resident = -1;
    FILE* file = fopen("/proc/self/statm", "r");
    if (!file) return -1;
    if (fscanf(file, "%ld %ld", &size, &resident) != 2) resident = -1;
    fclose(file);
    return resident < 0 ? -1 : resident * sysconf(_SC_PAGESIZE);
}

static int entries_of(const char* path) {
    DIR* directory = opendir(path);
    if (!directory) return -1;
    int count = 0;
    for (const struct dirent* entry; (entry = readdir(directory));) count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

int open_files(void) { return entries_of("/proc/self/fd"); }

int threads_alive(void) { return entries_of("/proc/self/task"); }

int threads_settle_at(int expected) {
    for (int n = 0; n < 200 && threads_alive() != expected; ++n) usleep(10000);
    return threads_alive() == expected;
}

void check(int condition, const char* what) {
    if (condition)
        ++passed;
    else if (failed++ < (int)(sizeof failures / sizeof *failures))
        failures[failed - 1] = what;
}

int finish(void) {
    for (int n = 0; n < failed && n < (int)(sizeof failures / sizeof *failures); ++n)
        printf("FAILED %s\n", failures[n]);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
