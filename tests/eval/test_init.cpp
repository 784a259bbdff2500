// The init functions of eval.h never write past the caller's size, and ignore NULL.
#include <criterion/criterion.h>

#include <cstring>
#include <functional>

#include "farspan/eval.h"

namespace {

template <class T>
void check_init(const char* what, const std::function<void(T*, size_t)>& init) {
    unsigned char memory[1024];
    init(nullptr, sizeof(T));
    for (const size_t size : {size_t{0}, size_t{3}, size_t{4}, size_t{8}, sizeof(T) - 4, sizeof(T), sizeof(T) + 40}) {
        std::memset(memory, 0xEE, sizeof memory);
        init(reinterpret_cast<T*>(memory), size);
        uint32_t written = 0;
        std::memcpy(&written, memory, sizeof written);
        cr_expect(size < 4 || written == size, "%s: struct_size is %u, must be %zu", what, written, size);
        for (size_t n = size < 4 ? 0 : size; n < sizeof memory; ++n)
            cr_assert(memory[n] == 0xEE, "%s, size %zu: wrote byte %zu", what, size, n);
        for (size_t n = sizeof(T); n < size; ++n)
            cr_assert(memory[n] == 0, "%s: a field that the library does not know must be 0", what);
    }
}

}  // namespace

Test(eval_init, functions) {
    check_init<farspan_windows_config>(
        "windows", [](auto* p, size_t n) { farspan_windows_config_init(p, n, FARSPAN_WINDOWS_LAST); });
    check_init<farspan_loss>("loss", farspan_loss_init);
    check_init<farspan_bleu_config>("bleu", farspan_bleu_config_init);
    check_init<farspan_bleu_counts>("bleu counts", farspan_bleu_counts_init);
    check_init<farspan_chrf_config>("chrf", farspan_chrf_config_init);
    check_init<farspan_chrf_counts>("chrf counts", farspan_chrf_counts_init);
    check_init<farspan_rouge_config>("rouge",
                                     [](auto* p, size_t n) { farspan_rouge_config_init(p, n, FARSPAN_ROUGE_L); });
    check_init<farspan_bootstrap_config>("bootstrap", farspan_bootstrap_config_init);
    check_init<farspan_passkey_config>(
        "passkey", [](auto* p, size_t n) { farspan_passkey_config_init(p, n, FARSPAN_PASSKEY_SENTENCES); });
    check_init<farspan_ruler_config>(
        "ruler", [](auto* p, size_t n) { farspan_ruler_config_init(p, n, FARSPAN_RULER_COMMON_WORDS); });
    check_init<farspan_ruler_info>("ruler's info", farspan_ruler_info_init);
    check_init<farspan_recall>("recall", farspan_recall_init);
}
