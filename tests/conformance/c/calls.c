/* Each call of the conformance cases. A function returns the status of what it called last; run->stage is its name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fields.h"
#include "run.h"

/* cJSON prints 15 digits of a number; these are all. */
static void print_exactly(cJSON* parent) {
    cJSON *item, *next;
    for (item = parent->child; item; item = next) {
        next = item->next;
        if (!cJSON_IsNumber(item)) {
            print_exactly(item);
            continue;
        }
        char text[32];
        snprintf(text, sizeof text, "%.17g", item->valuedouble);
        cJSON* exact = cJSON_CreateRaw(text);
        if (item->string)
            cJSON_ReplaceItemInObjectCaseSensitive(parent, item->string, exact);
        else
            cJSON_ReplaceItemViaPointer(parent, item, exact);
    }
}

static char* text_of(const cJSON* object) {
    cJSON* copy = cJSON_Duplicate(object, 1);
    print_exactly(copy);
    char* text = cJSON_PrintUnformatted(copy);
    cJSON_Delete(copy);
    return text;
}

farspan_status make_scheme(struct run* run, const cJSON* described, farspan_scheme** scheme) {
    const cJSON* given = cJSON_GetObjectItemCaseSensitive(described, "scheme");
    char* printed = given && !cJSON_IsString(given) ? text_of(given) : NULL;
    const char* text = printed ? printed : given ? given->valuestring : "{}";
    run->stage = "scheme_from_json";
    const farspan_status status = farspan_scheme_from_json(text, (int64_t)strlen(text), scheme, &run->error);
    cJSON_free(printed);
    return status;
}

static farspan_status make_plan(struct run* run, const farspan_scheme* scheme, farspan_plan** plan) {
    farspan_problem problem;
    farspan_problem_init(&problem, sizeof problem);
    set_fields(run, &problem, problem_fields, member(run->arguments, "problem"));
    run->stage = "plan_create";
    return farspan_plan_create(run->context, scheme, &problem, plan, &run->error);
}

static farspan_status rope_frequencies(struct run* run, const farspan_scheme* scheme) {
    const int64_t count = whole_member(run->arguments, "count");
    double* inv_freq = new_output(run, OUTPUT_F64, (size_t)count);
    double* magnitude = new_output(run, OUTPUT_F64, 1);
    return farspan_rope_frequencies(scheme, whole_member(run->arguments, "length"), inv_freq, count, magnitude,
                                    &run->error);
}

static farspan_status scheme_probe(struct run* run, const farspan_scheme* scheme) {
    const cJSON *pairs = member(run->arguments, "pairs"), *pair;
    double* to = new_output(run, OUTPUT_F64, 8 * (size_t)cJSON_GetArraySize(pairs));
    cJSON_ArrayForEach(pair, pairs) {
        farspan_probe p;
        farspan_probe_init(&p, sizeof p);
        const farspan_status status = farspan_scheme_probe(
            scheme, whole_member(run->arguments, "length"), whole(cJSON_GetArrayItem(pair, 0)),
            whole(cJSON_GetArrayItem(pair, 1)), (int32_t)whole(cJSON_GetArrayItem(pair, 2)), &p, &run->error);
        if (status != FARSPAN_OK) return status;
        const double values[8] = {
            p.visible, p.branch,   p.query_angle_position, p.key_angle_position, p.relative_position, p.bias,
            p.scale,   p.magnitude};
        memcpy(to, values, sizeof values);
        to += 8;
    }
    return FARSPAN_OK;
}

static farspan_status scheme_visible(struct run* run, const farspan_scheme* scheme) {
    const cJSON *queries = member(run->arguments, "queries"), *query;
    int64_t* to = new_output(run, OUTPUT_INT64, 4 * (size_t)cJSON_GetArraySize(queries));
    cJSON_ArrayForEach(query, queries) {
        const farspan_status status =
            farspan_scheme_visible(scheme, whole(query), whole_member(run->arguments, "keys"), to, &run->error);
        if (status != FARSPAN_OK) return status;
        to += 4;
    }
    return FARSPAN_OK;
}

static farspan_status scheme_to_json(struct run* run, const farspan_scheme* scheme) {
    int64_t needed = 0;
    const farspan_status status = farspan_scheme_to_json(scheme, NULL, 0, &needed, &run->error);
    if (status != FARSPAN_OK) return status;
    char* text = take(run, (size_t)needed);
    const farspan_status written = farspan_scheme_to_json(scheme, text, needed, &needed, &run->error);
    if (written == FARSPAN_OK) new_text(run, text);
    return written;
}

static farspan_status rope_apply(struct run* run, const farspan_scheme* scheme) {
    const cJSON* given = run->arguments;
    farspan_rope_options options;
    farspan_rope_options_init(&options, sizeof options);
    options.side = (int32_t)whole_member(given, "side");
    options.branch = (int32_t)whole_member(given, "branch");
    options.direction = (int32_t)whole_member(given, "direction");
    options.length = whole_member(given, "length");
    options.axis_stride = whole_member(given, "axis_stride");
    if (has(given, "xpos_centre")) options.xpos_centre = real(member(given, "xpos_centre"));
    const int in_place = !has(given, "out");
    const farspan_tensor out = write_tensor(run, member(given, in_place ? "in" : "out"));
    const farspan_tensor in = in_place ? out : read_tensor(run, member(given, "in"));
    return farspan_rope_apply(run->context, scheme, &options, int64s(run, given, "positions"),
                              count_of(given, "positions"), &in, &out, &run->error);
}

static farspan_status bias_fill(struct run* run, const farspan_scheme* scheme) {
    const cJSON* given = run->arguments;
    const int64_t count = whole_member(given, "count");
    return farspan_bias_fill(run->context, scheme, (int32_t)whole_member(given, "head"), whole_member(given, "length"),
                             whole_member(given, "first_distance"), new_output(run, OUTPUT_F32, (size_t)count), count,
                             &run->error);
}

static farspan_status sinusoidal_fill(struct run* run, const farspan_scheme* scheme) {
    (void)scheme;
    const farspan_tensor out = write_tensor(run, member(run->arguments, "out"));
    return farspan_sinusoidal_fill(run->context, (int32_t)whole_member(run->arguments, "layout"),
                                   whole_member(run->arguments, "first"), real(member(run->arguments, "base")), &out,
                                   &run->error);
}

static farspan_status position_lookup(struct run* run, const farspan_scheme* scheme) {
    (void)scheme;
    const farspan_tensor table = read_tensor(run, member(run->arguments, "table"));
    const farspan_tensor out = write_tensor(run, member(run->arguments, "out"));
    return farspan_position_lookup(run->context, &table, int64s(run, run->arguments, "positions"),
                                   count_of(run->arguments, "positions"), &out, &run->error);
}

static farspan_status fire_fill(struct run* run, const farspan_scheme* scheme) {
    (void)scheme;
    farspan_fire_config config;
    farspan_fire_config_init(&config, sizeof config);
    set_fields(run, &config, fire_fields, member(run->arguments, "config"));
    const farspan_tensor out = write_tensor(run, member(run->arguments, "out"));
    const cJSON* given = run->arguments;
    return farspan_fire_fill(run->context, &config, int64s(run, given, "query_positions"),
                             count_of(given, "query_positions"), int64s(run, given, "key_positions"),
                             count_of(given, "key_positions"), &out, &run->error);
}

static farspan_status run_plan(struct run* run, const farspan_plan* plan) {
    const cJSON* given = run->arguments;
    const farspan_tensor q = read_tensor(run, member(given, "q")), k = read_tensor(run, member(given, "k"));
    const farspan_tensor v = read_tensor(run, member(given, "v")), out = write_tensor(run, member(given, "out"));
    farspan_tensor bias;
    if (has(given, "bias")) bias = read_tensor(run, member(given, "bias"));
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &q;
    data.k = &k;
    data.v = &v;
    data.out = &out;
    if (has(given, "bias")) data.bias = &bias;
    if (has(given, "lse")) {
        data.lse_count = q.shape[0] * q.shape[1] * q.shape[2];
        data.lse = new_output(run, OUTPUT_F32, (size_t)data.lse_count);
    }
    const size_t size = has(given, "workspace") ? farspan_plan_workspace_size(plan) : 0;
    if (size > 0) data.workspace = take(run, size);
    data.workspace_bytes = (int64_t)size;
    return farspan_attention_run(run->context, plan, &data, &run->error);
}

static farspan_status tile_counts(struct run* run, const farspan_plan* plan) {
    return farspan_plan_tile_counts(plan, new_output(run, OUTPUT_INT64, 4), &run->error);
}

static farspan_status attention(struct run* run, const farspan_scheme* scheme) {
    const cJSON* given = run->arguments;
    const farspan_tensor q = read_tensor(run, member(given, "q")), k = read_tensor(run, member(given, "k"));
    const farspan_tensor v = read_tensor(run, member(given, "v")), out = write_tensor(run, member(given, "out"));
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &q;
    data.k = &k;
    data.v = &v;
    data.out = &out;
    return farspan_attention(run->context, scheme, &data, &run->error);
}

static farspan_status attention_merge(struct run* run, const farspan_scheme* scheme) {
    (void)scheme;
    const farspan_tensor out_a = write_tensor(run, member(run->arguments, "out_a"));
    float* lse_a = new_lse(run, member(run->arguments, "lse_a"));
    const farspan_tensor out_b = read_tensor(run, member(run->arguments, "out_b"));
    const cJSON *a = member(run->arguments, "lse_a"), *b = member(run->arguments, "lse_b");
    return farspan_attention_merge(run->context, &out_a, lse_a, whole_member(a, "elements"), &out_b, read_lse(run, b),
                                   whole_member(b, "elements"), &run->error);
}

/* What a call works on: a scheme, a plan for it, or a model. */
static const struct {
    const char* name;
    farspan_status (*with_scheme)(struct run*, const farspan_scheme*);
    farspan_status (*with_plan)(struct run*, const farspan_plan*);
    farspan_status (*with_model)(struct run*, const farspan_model*);
} calls[] = {
    {"rope_frequencies", rope_frequencies, NULL, NULL},
    {"scheme_probe", scheme_probe, NULL, NULL},
    {"scheme_visible", scheme_visible, NULL, NULL},
    {"scheme_to_json", scheme_to_json, NULL, NULL},
    {"rope_apply", rope_apply, NULL, NULL},
    {"bias_fill", bias_fill, NULL, NULL},
    {"sinusoidal_fill", sinusoidal_fill, NULL, NULL},
    {"position_lookup", position_lookup, NULL, NULL},
    {"fire_fill", fire_fill, NULL, NULL},
    {"attention_run", NULL, run_plan, NULL},
    {"plan_tile_counts", NULL, tile_counts, NULL},
    {"attention", attention, NULL, NULL},
    {"attention_merge", attention_merge, NULL, NULL},
    {"model_describe", NULL, NULL, model_describe},
    {"model_layer_at", NULL, NULL, model_layer_at},
    {"model_note_at", NULL, NULL, model_note_at},
    {"cache_history", cache_history, NULL, NULL},
};

/* Whether there is a call of that name in the list. */
static int run_plain(struct run* run, const struct plain_call* calls_of_header, const char* name) {
    for (const struct plain_call* one = calls_of_header; one->name; ++one)
        if (strcmp(one->name, name) == 0) {
            run->stage = one->name;
            run->status = one->make(run);
            return 1;
        }
    return 0;
}

void run_case(struct run* run) {
    const char* name = member(run->one, "call")->valuestring;
    if (run_plain(run, eval_loss_calls, name) || run_plain(run, eval_text_calls, name)) return;
    size_t call = 0;
    while (strcmp(calls[call].name, name) != 0)
        if (++call == sizeof calls / sizeof *calls) {
            fprintf(stderr, "unknown call: %s\n", name);
            exit(2);
        }
    farspan_scheme* made = NULL;
    farspan_plan* plan = NULL;
    farspan_model* model = NULL;
    const farspan_scheme* scheme = NULL; /* the one made here, or one of the model */
    run->status = has(run->one, "model") ? make_model(run, &model, &scheme) : make_scheme(run, run->one, &made);
    if (made) scheme = made;
    if (run->status == FARSPAN_OK && calls[call].with_plan) run->status = make_plan(run, scheme, &plan);
    if (run->status == FARSPAN_OK) {
        run->stage = calls[call].name;
        run->status = plan                     ? calls[call].with_plan(run, plan)
                      : calls[call].with_model ? calls[call].with_model(run, model)
                                               : calls[call].with_scheme(run, scheme);
    }
    farspan_plan_destroy(plan);
    farspan_scheme_destroy(made);
    farspan_model_destroy(model);
}
