/* Decoding without end in constant memory: StreamingLLM over a cache that forgets all but the sinks and a window. */
#include <farspan/cache.h>
#include <stdio.h>

enum { HEADS = 4, KEY_HEADS = 2, DIM = 64, SINKS = 4, RECENT = 252, STEPS = 5000 };
static float q_data[HEADS * DIM], k_data[KEY_HEADS * DIM], v_data[KEY_HEADS * DIM], out_data[HEADS * DIM];

/* Stands for a model: anything that depends on the step. */
static void project(float* data, int count, int step, int which) {
    for (int n = 0; n < count; ++n) data[n] = (float)((step * 31 + n * 17 + which * 7) % 41 - 20) / 20.0f;
}

int main(void) {
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_tensor q, k, v, out;
    farspan_tensor_contiguous(&q, q_data, FARSPAN_F32, 1, HEADS, 1, DIM);
    farspan_tensor_contiguous(&k, k_data, FARSPAN_F32, 1, KEY_HEADS, 1, DIM);
    farspan_tensor_contiguous(&v, v_data, FARSPAN_F32, 1, KEY_HEADS, 1, DIM);
    farspan_tensor_contiguous(&out, out_data, FARSPAN_F32, 1, HEADS, 1, DIM);

    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_BASE);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = DIM;
    farspan_remap_config remap;
    farspan_remap_config_init(&remap, sizeof remap, FARSPAN_REMAP_STREAMING);
    farspan_mask_config mask;
    farspan_mask_config_init(&mask, sizeof mask);
    remap.sinks = mask.sinks = SINKS;
    remap.recent = mask.window_left = RECENT;

    farspan_cache_config config;
    farspan_cache_config_init(&config, sizeof config); /* bf16, one layer */
    config.key_heads = KEY_HEADS;
    config.head_dim = DIM;
    farspan_scheme_parts parts;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.rope = &rope;
    parts.remap = &remap;
    parts.mask = &mask;
    farspan_scheme* scheme = NULL;
    farspan_cache* cache = NULL;
    int64_t sequence = 0;
    int failed = farspan_scheme_create(&parts, &scheme, &error) != FARSPAN_OK ||
                 farspan_cache_create(&config, &cache, &error) ||
                 farspan_cache_sequence_create(cache, &sequence, &error);
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence = &sequence;
    batch.sequence_count = 1;
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &q;
    data.out = &out;
    for (int step = 0; step < STEPS && !failed; ++step) {
        project(q_data, HEADS * DIM, step, 0);
        project(k_data, KEY_HEADS * DIM, step, 1);
        project(v_data, KEY_HEADS * DIM, step, 2);
        failed = farspan_cache_append(NULL, cache, &batch, NULL, 0, &error) ||
                 farspan_cache_write(NULL, cache, 0, &batch, &k, &v, &error) ||
                 farspan_attention_decode(NULL, scheme, cache, 0, &batch, &data, &error) ||
                 farspan_cache_keep(cache, sequence, SINKS, RECENT, &error);
    }
    farspan_sequence_info info;
    farspan_sequence_info_init(&info, sizeof info);
    if (!failed && farspan_cache_sequence_info(cache, sequence, &info, &error) == FARSPAN_OK)
        printf("after %d tokens the cache holds %lld in %lld blocks\n", STEPS, (long long)info.tokens,
               (long long)info.blocks);
    if (failed) fprintf(stderr, "%s\n", error.message);
    farspan_cache_destroy(cache);
    farspan_scheme_destroy(scheme);
    return failed || info.tokens != SINKS + RECENT;
}
