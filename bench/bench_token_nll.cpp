// Token loss over a large vocabulary: each logit is read from memory once; the limit is the bandwidth of reading
// memory, on pages of the same size.
#include <algorithm>

#include "attention_case.hpp"
#include "farspan/eval.h"
#include "peak.hpp"
#include "row.hpp"

namespace bench {
namespace {

constexpr int64_t vocabulary = 128256;  // of Llama 3

// Of logits: more than caches hold.
int64_t bytes() { return int64_t{1} << (row_once ? 21 : 27); }

struct loss_case {
    int32_t dtype;
    int32_t threads;
    pages kind;

    int64_t element_bytes() const { return dtype == FARSPAN_F32 ? 4 : 2; }
    int64_t tokens() const { return bytes() / vocabulary / element_bytes(); }
    int64_t read_bytes() const { return tokens() * vocabulary * element_bytes(); }
};

class prepared_loss {
public:
    explicit prepared_loss(const loss_case& c)
        : context_(make_context(c.threads)),
          logits_(c.dtype, 1, c.tokens(), vocabulary, c.kind),
          targets_(c.tokens()),
          nll_(c.tokens()) {
        for (std::size_t n = 0; n < targets_.size(); ++n) targets_[n] = static_cast<int64_t>(n * 7919) % vocabulary;
    }
    void run() {
        farspan_error error = FARSPAN_ERROR_INIT;
        must(farspan_token_nll(context_.get(), &logits_.tensor, targets_.data(), static_cast<int64_t>(targets_.size()),
                               -100, nll_.data(), static_cast<int64_t>(nll_.size()), &error),
             error);
    }

private:
    std::unique_ptr<farspan_context, run_free> context_;
    owned_tensor logits_;
    std::vector<int64_t> targets_;
    std::vector<double> nll_;
};

}  // namespace

void add_rows() {
    const struct {
        const char* name;
        int32_t dtype;
    } types[] = {{"f32", FARSPAN_F32}, {"f16", FARSPAN_F16}, {"bf16", FARSPAN_BF16}};
    for (const auto& [threads, kind] : {std::pair{1, pages::huge}, {2, pages::huge}, {1, pages::ordinary}})
        for (const auto& type : types) {
            const loss_case c{type.dtype, threads, kind};
            add_row({std::string(kind == pages::huge ? "token_nll/" : "token_nll_ordinary_pages/") + type.name + "/v" +
                         std::to_string(vocabulary) + "/t" + std::to_string(threads),
                     "GB/s", static_cast<double>(c.read_bytes()),
                     [c] {
                         return read_bandwidth(isa_in_use(), static_cast<std::size_t>(bytes() / c.threads), c.threads,
                                               c.kind);
                     },
                     [c] {
                         auto loss = std::make_shared<prepared_loss>(c);
                         return [loss] { loss->run(); };
                     },
                     c.threads});
        }
}

}  // namespace bench
