/* usage: runner ISA THREADS FILE...    answers the conformance cases of the files, for tests/conformance/judge.py */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

static const char* const kinds[] = {"f32", "f16", "bf16", "f64", "i64", "text"};

static void write_answer(const struct run* run) {
    const int good = run->status == FARSPAN_OK;
    int untouched = 1;
    for (int n = 0; n < run->output_count; ++n)
        untouched = untouched && memcmp(run->outputs[n].data, run->outputs[n].before, run->outputs[n].bytes) == 0;
    printf("%d %d %d %s %zu %d\n", run->status, good ? 0 : run->error.argument, good || untouched,
           good ? "-" : run->stage, good ? (size_t)0 : strlen(run->error.message), good ? run->output_count : 0);
    if (!good) fputs(run->error.message, stdout);
    for (int n = 0; good && n < run->output_count; ++n) {
        printf("%s %zu\n", kinds[run->outputs[n].kind], run->outputs[n].bytes);
        fwrite(run->outputs[n].data, 1, run->outputs[n].bytes, stdout);
    }
}

static char* read_file(const char* path) {
    FILE* file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) return NULL;
    const long size = ftell(file);
    char* content = size < 0 ? NULL : calloc(1, (size_t)size + 1);
    rewind(file);
    if (content && fread(content, 1, (size_t)size, file) != (size_t)size) content[0] = 0;
    fclose(file);
    return content;
}

static farspan_context* make_context(const char* isa, int32_t threads) {
    FRESH(context_config, config);
    config.threads = threads;
    while (farspan_isa_name(config.isa) && strcmp(farspan_isa_name(config.isa), isa) != 0) ++config.isa;
    farspan_context* context = NULL;
    farspan_error error = FARSPAN_ERROR_INIT;
    if (farspan_context_create(&config, &context, &error)) fprintf(stderr, "%s\n", error.message);
    return context;
}

int main(int argc, char** argv) {
    farspan_context* context = argc < 4 ? NULL : make_context(argv[1], atoi(argv[2]));
    if (!context) {
        fprintf(stderr, "usage: runner ISA THREADS FILE...\n");
        return 2;
    }
    for (int n = 3; n < argc; ++n) {
        char* content = read_file(argv[n]);
        cJSON* parsed = content ? cJSON_Parse(content) : NULL;
        const cJSON* one;
        cJSON_ArrayForEach(one, member(parsed, "cases")) {
            static struct run run; /* large */
            run = (struct run){.one = one, .context = context, .error = FARSPAN_ERROR_INIT};
            run_case(&run);
            write_answer(&run);
            end_run(&run);
        }
        cJSON_Delete(parsed);
        free(content);
    }
    farspan_context_destroy(context);
    return 0;
}
