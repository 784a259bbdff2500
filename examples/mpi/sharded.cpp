// Attention over a sequence that no rank holds whole. The keys lie in SHARDS pieces with fixed borders; each rank keeps
// some of them in caches of its own, computes its partial results, and rank 0 merges all of them by lse in the order of
// the shards. The borders and the order do not depend on the number of ranks, and so the bits of the result do not
// either.
//
//   mpirun -n 4 sharded [TOKENS]
//
// Prints a checksum of the output, and how far it is from one process that holds everything. MPI moves the data,
// Farspan computes.
#include <mpi.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "farspan/cache.h"

namespace {

constexpr int64_t shards = 8, heads = 8, key_heads = 2, dim = 64, prefill_rows = 64;

void must(farspan_status status, const farspan_error& error) {
    if (status == FARSPAN_OK) return;
    std::fprintf(stderr, "%s\n", error.message);
    MPI_Abort(MPI_COMM_WORLD, 1);
}

struct release {
    void operator()(farspan_cache* x) const { farspan_cache_destroy(x); }
    void operator()(farspan_scheme* x) const { farspan_scheme_destroy(x); }
    void operator()(farspan_cache_plan* x) const { farspan_cache_plan_destroy(x); }
};
using cache_handle = std::unique_ptr<farspan_cache, release>;
using scheme_handle = std::unique_ptr<farspan_scheme, release>;

// Stands for a model: the same numbers on every rank. [heads][rows][dim] of the tokens first, first + 1 ...
std::vector<float> project(int64_t head_count, int64_t first, int64_t rows, uint64_t seed) {
    std::vector<float> values;
    for (int64_t h = 0; h < head_count; ++h)
        for (int64_t t = first; t < first + rows; ++t)
            for (int64_t d = 0; d < dim; ++d) {
                uint64_t z = seed + static_cast<uint64_t>((t * head_count + h) * dim + d) * 0x9E3779B97F4A7C15u;
                z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
                z = (z ^ z >> 27) * 0x94D049BB133111EBu;
                values.push_back(static_cast<float>(z >> 40) * 0x1p-23f - 1.0f);
            }
    return values;
}

farspan_tensor view(std::vector<float>& values, int64_t head_count, int64_t rows) {
    farspan_tensor tensor;
    farspan_tensor_contiguous(&tensor, values.data(), FARSPAN_F32, 1, head_count, rows, dim);
    return tensor;
}

// The tokens [first, last) in a cache.
cache_handle fill_cache(int64_t first, int64_t last, int64_t* sequence) {
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_cache_config config;
    farspan_cache_config_init(&config, sizeof config);
    config.dtype = FARSPAN_F32;
    config.key_heads = key_heads;
    config.head_dim = dim;
    farspan_cache* made = nullptr;
    must(farspan_cache_create(&config, &made, &error), error);
    cache_handle cache(made);
    must(farspan_cache_sequence_create(made, sequence, &error), error);
    if (first == last) return cache;
    std::vector<int64_t> positions;
    for (int64_t t = first; t < last; ++t) positions.push_back(t);
    const int64_t offsets[2] = {0, last - first};
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = sequence;
    batch.offsets = offsets;
    batch.offsets_count = 2;
    std::vector<float> k = project(key_heads, first, last - first, 2), v = project(key_heads, first, last - first, 3);
    const farspan_tensor kt = view(k, key_heads, last - first), vt = view(v, key_heads, last - first);
    must(farspan_cache_append(nullptr, made, &batch, positions.data(), last - first, &error), error);
    must(farspan_cache_write(nullptr, made, 0, &batch, &kt, &vt, &error), error);
    return cache;
}

struct partial {
    std::vector<float> out, lse;
};

// The queries at positions [first, first + rows) over one cache.
partial attend(const farspan_scheme* scheme, const farspan_cache* cache, int64_t sequence, int64_t first,
               int64_t rows) {
    farspan_error error = FARSPAN_ERROR_INIT;
    std::vector<float> q = project(heads, first, rows, 1);
    partial result{std::vector<float>(static_cast<size_t>(heads * rows * dim)),
                   std::vector<float>(static_cast<size_t>(heads * rows))};
    std::vector<int64_t> positions;
    for (int64_t row = 0; row < rows; ++row) positions.push_back(first + row);
    const int64_t offsets[2] = {0, rows};
    farspan_cache_batch batch;
    farspan_cache_batch_init(&batch, sizeof batch);
    batch.sequence_count = 1;
    batch.sequence = &sequence;
    batch.offsets = offsets;
    batch.offsets_count = 2;
    farspan_cache_plan* plan = nullptr;
    farspan_cache_problem problem;
    farspan_cache_problem_init(&problem, sizeof problem);
    problem.query_heads = heads;
    problem.positions = positions.data();
    problem.positions_count = rows;
    must(farspan_cache_plan_create(nullptr, scheme, cache, &batch, &problem, &plan, &error), error);
    const std::unique_ptr<farspan_cache_plan, release> owner(plan);
    const farspan_tensor qt = view(q, heads, rows), out = view(result.out, heads, rows);
    farspan_attention_data data;
    farspan_attention_data_init(&data, sizeof data);
    data.q = &qt;
    data.out = &out;
    data.lse = result.lse.data();
    data.lse_count = heads * rows;
    must(farspan_cache_run(nullptr, plan, 0, &data, &error), error);
    return result;
}

// Partial results of all shards, on rank 0 in their order, merged one after the other.
partial merge_shards(const std::vector<cache_handle>& caches, const std::vector<int64_t>& sequences,
                     const farspan_scheme* scheme, int64_t first, int64_t rows, int rank, int ranks) {
    partial whole;
    for (int64_t shard = 0; shard < shards; ++shard) {
        const int owner = static_cast<int>(shard * ranks / shards);
        if (rank != owner && rank != 0) continue;
        partial part;
        if (rank == owner)
            part = attend(scheme, caches[static_cast<size_t>(shard)].get(), sequences[static_cast<size_t>(shard)],
                          first, rows);
        part.out.resize(static_cast<size_t>(heads * rows * dim));
        part.lse.resize(static_cast<size_t>(heads * rows));
        for (std::vector<float>* values : {&part.out, &part.lse}) {
            const int count = static_cast<int>(values->size()), tag = static_cast<int>(shard);
            if (rank == owner && owner != 0) MPI_Send(values->data(), count, MPI_FLOAT, 0, tag, MPI_COMM_WORLD);
            if (rank == 0 && owner != 0)
                MPI_Recv(values->data(), count, MPI_FLOAT, owner, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
        if (rank != 0) continue;
        if (shard == 0) {
            whole = part;
            continue;
        }
        farspan_error error = FARSPAN_ERROR_INIT;
        const farspan_tensor a = view(whole.out, heads, rows), b = view(part.out, heads, rows);
        must(farspan_attention_merge(nullptr, &a, whole.lse.data(), heads * rows, &b, part.lse.data(), heads * rows,
                                     &error),
             error);
    }
    return whole;
}

scheme_handle make_scheme(int64_t tokens) {
    farspan_error error = FARSPAN_ERROR_INIT;
    farspan_rope_config rope;
    farspan_rope_config_init(&rope, sizeof rope, FARSPAN_ROPE_YARN);
    rope.layout = FARSPAN_LAYOUT_HALF;
    rope.rotary_dim = static_cast<int32_t>(dim);
    rope.original_context = 2048;
    rope.factor = std::max(1.0, static_cast<double>(tokens) / 2048);
    farspan_scheme* made = nullptr;
    farspan_scheme_parts parts;
    farspan_scheme_parts_init(&parts, sizeof parts);
    parts.rope = &rope;
    must(farspan_scheme_create(&parts, &made, &error), error);
    return scheme_handle(made);
}

}  // namespace

int main(int argc, char** argv) {
    MPI_Init(&argc, &argv);
    int rank = 0, ranks = 1;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const int64_t tokens = argc > 1 ? std::atoll(argv[1]) : 16384;
    int failed = tokens < prefill_rows;
    if (failed && rank == 0) std::fprintf(stderr, "TOKENS must be at least %d\n", static_cast<int>(prefill_rows));
    const scheme_handle scheme = make_scheme(tokens);
    std::vector<cache_handle> caches(shards);
    std::vector<int64_t> sequences(shards);
    for (int64_t shard = 0; shard < shards; ++shard)
        if (rank == shard * ranks / shards)
            caches[static_cast<size_t>(shard)] = fill_cache(shard * tokens / shards, (shard + 1) * tokens / shards,
                                                            &sequences[static_cast<size_t>(shard)]);
    for (const int64_t rows : {int64_t{1}, prefill_rows}) {
        if (failed) break;
        const partial whole = merge_shards(caches, sequences, scheme.get(), tokens - rows, rows, rank, ranks);
        if (rank != 0) continue;
        int64_t sequence = 0;
        const cache_handle all = fill_cache(0, tokens, &sequence);
        const partial expected = attend(scheme.get(), all.get(), sequence, tokens - rows, rows);
        double largest = 0, worst = 0;
        uint64_t checksum = 1469598103934665603u;
        for (size_t n = 0; n < whole.out.size(); ++n) {
            largest = std::max(largest, std::fabs(static_cast<double>(expected.out[n])));
            worst = std::max(worst, std::fabs(static_cast<double>(whole.out[n]) - expected.out[n]));
            uint32_t bits = 0;
            __builtin_memcpy(&bits, &whole.out[n], sizeof bits);
            checksum = (checksum ^ bits) * 1099511628211u;
        }
        std::printf("%s of %d row%s over %lld tokens: checksum %016llx, off by %.1e of the largest output\n",
                    rows == 1 ? "decode" : "prefill", static_cast<int>(rows), rows == 1 ? "" : "s",
                    static_cast<long long>(tokens), static_cast<unsigned long long>(checksum), worst / largest);
        failed |= !(worst <= 2e-6 * largest);
    }
    MPI_Bcast(&failed, 1, MPI_INT, 0, MPI_COMM_WORLD);
    MPI_Finalize();
    return failed;
}
