/* A model trained on 2048 tokens reads 8192: plain RoPE, YaRN and Self-Extend side by side, without further training.
 * */
#include <farspan/farspan.h>
#include <stdio.h>

enum { HEADS = 4, KEY_HEADS = 2, QUERIES = 16, KEYS = 8192, DIM = 64, TRAINED = 2048 };
static float q_data[HEADS * QUERIES * DIM], k_data[KEY_HEADS * KEYS * DIM], v_data[KEY_HEADS * KEYS * DIM];
static float out_data[HEADS * QUERIES * DIM];
static farspan_tensor q, k, v, out;

static void fill(float* data, int count, uint32_t seed) {
    for (int n = 0; n < count; ++n) {
        seed = seed * 1664525u + 1013904223u;
        data[n] = (float)(seed >> 8) / 8388608.0f - 1.0f;
    }
}

static int run(const char* name, const farspan_rope_config* rope, const farspan_remap_config* remap) {
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_scheme* scheme = NULL;
    farspan_probe probe;
    farspan_probe_init(&probe, sizeof probe);
    farspan_scheme_parts parts;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.rope = rope;
    parts.remap = remap;
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &q;
    data.k = &k;
    data.v = &v;
    data.out = &out;
    if (farspan_scheme_create(&parts, &scheme, &error) ||
        /* The probe says what the scheme does to one pair: here the last query and the first key. */
        farspan_scheme_probe(scheme, KEYS, KEYS - 1, 0, 0, &probe, &error) ||
        farspan_attention(NULL, scheme, &data, &error)) {
        fprintf(stderr, "%s: %s\n", name, error.message);
    } else {
        const float* last = out_data + (HEADS * QUERIES - 1) * DIM;
        printf("%-12s distance %d is seen as %g, magnitude %.4f, output %.6f %.6f ...\n", name, KEYS - 1,
               probe.relative_position, probe.magnitude, (double)last[0], (double)last[1]);
    }
    farspan_scheme_destroy(scheme);
    return error.code != FARSPAN_OK;
}

int main(void) {
    fill(q_data, HEADS * QUERIES * DIM, 1);
    fill(k_data, KEY_HEADS * KEYS * DIM, 2);
    fill(v_data, KEY_HEADS * KEYS * DIM, 3);
    farspan_tensor_contiguous(&q, q_data, FARSPAN_F32, 1, HEADS, QUERIES, DIM); /* the last 16 positions */
    farspan_tensor_contiguous(&k, k_data, FARSPAN_F32, 1, KEY_HEADS, KEYS, DIM);
    farspan_tensor_contiguous(&v, v_data, FARSPAN_F32, 1, KEY_HEADS, KEYS, DIM);
    farspan_tensor_contiguous(&out, out_data, FARSPAN_F32, 1, HEADS, QUERIES, DIM);

    farspan_rope_config plain, yarn;
    farspan_rope_config_init(&plain, sizeof plain, FARSPAN_ROPE_BASE);
    farspan_rope_config_init(&yarn, sizeof yarn, FARSPAN_ROPE_YARN);
    plain.layout = yarn.layout = FARSPAN_LAYOUT_HALF;
    plain.rotary_dim = yarn.rotary_dim = DIM;
    yarn.original_context = TRAINED;
    yarn.factor = (double)KEYS / TRAINED;

    farspan_remap_config self_extend;
    farspan_remap_config_init(&self_extend, sizeof self_extend, FARSPAN_REMAP_SELF_EXTEND);
    self_extend.window = 512;
    self_extend.group = 8;

    int failed = run("rope", &plain, NULL);
    failed += run("yarn", &yarn, NULL);
    failed += run("self_extend", &plain, &self_extend);
    return failed;
}
