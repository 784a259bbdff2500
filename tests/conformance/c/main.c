/* usage: runner DIRECTORY ISA THREADS    answers the conformance cases through farspan.h */
#include <dirent.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"

struct tally {
    EVP_MD_CTX* digest;
    int cases, failed;
};

static void add_line(EVP_MD_CTX* digest, const char* text) {
    EVP_DigestUpdate(digest, text, strlen(text));
    EVP_DigestUpdate(digest, "\n", 1);
}

static void add(EVP_MD_CTX* digest, const struct run* run) {
    add_line(digest, member(run->one, "name")->valuestring);
    EVP_DigestUpdate(digest, &run->status, sizeof run->status);
    if (run->status == FARSPAN_OK) {
        for (int n = 0; n < run->output_count; ++n)
            EVP_DigestUpdate(digest, run->outputs[n].data, run->outputs[n].bytes);
    } else {
        EVP_DigestUpdate(digest, &run->error.argument, sizeof run->error.argument);
        add_line(digest, run->error.message);
    }
}

static void run_file(const cJSON* parsed, const farspan_context* context, struct tally* tally) {
    const cJSON* one;
    cJSON_ArrayForEach(one, member(parsed, "cases")) {
        struct run run = {
            .one = one, .arguments = member(one, "arguments"), .context = context, .error = FARSPAN_ERROR_INIT};
        run_case(&run);
        ++tally->cases;
        tally->failed += !judge(&run);
        add(tally->digest, &run);
        end_run(&run);
    }
}

static char* read_file(const char* path) {
    FILE* file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) return NULL;
    const long size = ftell(file);
    char* text = size < 0 ? NULL : calloc(1, (size_t)size + 1);
    rewind(file);
    if (text && fread(text, 1, (size_t)size, file) != (size_t)size) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

static int is_json(const struct dirent* entry) {
    const char* dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".json") == 0;
}

static int by_bytes(const struct dirent** a, const struct dirent** b) { return strcmp((*a)->d_name, (*b)->d_name); }

/* The files in the order of their names; 0 if one cannot be read. */
static int run_directory(const char* directory, const farspan_context* context, struct tally* tally) {
    struct dirent** entries;
    const int count = scandir(directory, &entries, is_json, by_bytes);
    int good = count > 0;
    for (int n = 0; n < count; ++n) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", directory, entries[n]->d_name);
        char* text = read_file(path);
        cJSON* parsed = text ? cJSON_Parse(text) : NULL;
        if (parsed) run_file(parsed, context, tally);
        good = good && parsed;
        cJSON_Delete(parsed);
        free(text);
        free(entries[n]);
    }
    if (count >= 0) free(entries);
    return good;
}

static farspan_context* make_context(const char* isa, int32_t threads) {
    farspan_context_config config;
    farspan_context_config_init(&config, sizeof config);
    config.threads = threads;
    while (farspan_isa_name(config.isa) && strcmp(farspan_isa_name(config.isa), isa) != 0) ++config.isa;
    farspan_context* context = NULL;
    farspan_error error = FARSPAN_ERROR_INIT;
    if (farspan_context_create(&config, &context, &error)) fprintf(stderr, "%s\n", error.message);
    return context;
}

int main(int argc, char** argv) {
    if (argc != 4) {
        fprintf(stderr, "usage: runner DIRECTORY ISA THREADS\n");
        return 2;
    }
    farspan_context* context = make_context(argv[2], atoi(argv[3]));
    if (!context) return 2;
    struct tally tally = {EVP_MD_CTX_new(), 0, 0};
    EVP_DigestInit_ex(tally.digest, EVP_sha256(), NULL);
    const int complete = run_directory(argv[1], context, &tally);
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(tally.digest, digest, &size);
    EVP_MD_CTX_free(tally.digest);
    farspan_context_destroy(context);
    if (!complete) {
        fprintf(stderr, "cannot read the cases in %s\n", argv[1]);
        return 2;
    }
    printf("c %s %s %d %d ", argv[2], argv[3], tally.cases, tally.failed);
    for (unsigned n = 0; n < size; ++n) printf("%02x", digest[n]);
    printf("\n");
    return tally.failed != 0 || tally.cases == 0;
}
