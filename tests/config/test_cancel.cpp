// The readers of model.h whose cancel flag is set: before they begin, and while they read.
#include <criterion/criterion.h>

#include "cancel.hpp"
#include "handles.hpp"
#include "model_case.hpp"

using namespace farspan_test;

namespace {

farspan_status read(const farspan_context* context, const std::string& text, farspan_model** model) {
    return farspan_model_from_config(context, text.data(), static_cast<int64_t>(text.size()), nullptr, model, nullptr);
}

}  // namespace

Test(model_cancel, before_it_begins) {
    const volatile int32_t flag = 1;
    const context_handle context = make_context(FARSPAN_ISA_BEST, 1, &flag);
    const std::string text = small_llama(""), file = gguf_fixture("gemma3-1b-ollama");
    const farspan_text architecture = text_of("llama");
    const farspan_metadata entry = entry_of("general.architecture", architecture);
    farspan_model* model = nullptr;
    cr_expect(read(context.get(), text, &model) == FARSPAN_ERROR_CANCELLED);
    cr_expect(farspan_model_from_gguf(context.get(), file.data(), static_cast<int64_t>(file.size()), nullptr, &model,
                                      nullptr) == FARSPAN_ERROR_CANCELLED);
    cr_expect(farspan_model_from_metadata(context.get(), &entry, 1, nullptr, &model, nullptr) ==
              FARSPAN_ERROR_CANCELLED);
    cr_expect(model == nullptr);
}

// What nobody reads is skipped: that takes its time in a document of 60 MB.
Test(model_cancel, while_it_reads) {
    std::string unread = "[";
    unread.reserve(60'000'010);
    while (unread.size() < 60'000'000) unread += "[1,2,3],";
    const std::string text = small_llama("\"unread\": " + unread + "0]");
    farspan_model* model = nullptr;
    expect_stopped("config",
                   [&](const farspan_context* context, farspan_error*) { return read(context, text, &model); });
    cr_expect(model == nullptr);
}
