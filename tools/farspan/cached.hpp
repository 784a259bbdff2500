// New tokens through a model over a cache of keys and values: what a server does, a few bytes of many sequences at a
// time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "decoder.hpp"
#include "farspan/cpp/cache.hpp"
#include "methods.hpp"
#include "model.hpp"
#include "sampler.hpp"

namespace tool {

// How the sequences of a run attend.
struct cached_scheme {
    const farspan::scheme* scheme;
    farspan::mask_config mask;  // tokens that it hides from all later queries are evicted
    int64_t length = 0;         // current length of dynamic methods; 0: of each sequence its own
};

// The next bytes of one sequence.
struct cached_rows {
    int64_t sequence;
    const uint8_t* bytes;
    int64_t count;
    int64_t first_wanted = 0;  // logits are wanted for rows [first_wanted, count)
};

// One thread's sequences of one model. `context` (nullptr: the defaults) and `model` outlive it.
class cached_pass {
public:
    struct settings {
        int32_t dtype = FARSPAN_F32;  // of the stored keys and values
        int64_t memory_limit = 0;     // bytes; 0: none
    };
    cached_pass(const farspan::context* context, const language_model& model, const settings& wanted);

    int64_t create();
    int64_t fork(int64_t sequence);
    void destroy(int64_t sequence);

    // Reads the rows, at most some hundred in all; a sequence occurs once. receive(n, row, count, logits) gets what
    // rows[n] wants.
    using sink = std::function<void(int64_t n, int64_t first_row, int64_t rows, const float* logits)>;
    void run(const cached_scheme& how, const std::vector<cached_rows>& rows, const sink& receive);

    farspan_cache_statistics statistics() const;
    int64_t vocabulary() const { return model_.config.vocabulary; }

private:
    void attend(const farspan::cache_plan& plan, const farspan::cache_batch& batch,
                const decoder::attention_rows& rows);
    void evict(const cached_scheme& how, const std::vector<cached_rows>& rows);
    int64_t next_position(int64_t sequence) const;

    const farspan::context* context_;
    const language_model& model_;
    farspan::cache cache_;
    decoder decoder_;
    std::vector<std::byte> workspace_;
};

// Reads whole texts, one per sequence, in chunks that keep memory small. last[n] receives the logits after the last
// byte of texts[n], [vocabulary]. No text may be empty.
void read_texts(cached_pass& pass, const cached_scheme& how, const std::vector<int64_t>& sequences,
                const std::vector<std::string>& texts, std::vector<std::vector<float>>& last);

// Continues the sequences in step: chooses each one's next byte from last[], as read_texts left it, hands them to
// `said`, and stops if that answers false; otherwise reads them and goes on.
void continue_texts(cached_pass& pass, const cached_scheme& how, const std::vector<int64_t>& sequences,
                    std::vector<std::vector<float>>& last, sampler& choice,
                    const std::function<bool(const std::vector<uint8_t>&)>& said);

// The same for `bytes` bytes, always the likeliest ones.
std::vector<std::string> continue_greedily(cached_pass& pass, const cached_scheme& how,
                                           const std::vector<int64_t>& sequences, std::vector<std::vector<float>> last,
                                           int64_t bytes);

}  // namespace tool
