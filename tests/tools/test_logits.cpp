// The forward pass against logits that PyTorch computed in double from the same f16 weights
// (tools/train/export_logits.py).
#include <cblas.h>
#include <criterion/criterion.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

#include "context.hpp"
#include "files.hpp"
#include "forward.hpp"
#include "made_model.hpp"
#include "methods.hpp"
#include "safetensors.hpp"

using namespace tool;

namespace {

std::vector<float> run_forward(const language_model& model, const std::vector<uint8_t>& text, int32_t isa) {
    const auto length = static_cast<int64_t>(text.size());
    const farspan::context context = make_context(1, isa);
    const farspan::plan plan(make_scheme(derive(model, "none", length)), forward_pass::problem(model.config, 1, length),
                             &context);
    std::vector<float> logits(text.size() * 256);
    const uint8_t* window = text.data();
    forward_pass(&context).run(model, plan, {&window, 1, length},
                               [&](int64_t, int64_t first, int64_t rows, const float* values) {
                                   std::copy(values, values + rows * 256, logits.begin() + first * 256);
                               });
    return logits;
}

// The logits lie between about -15 and 20; f32 arithmetic through six layers leaves the errors that the test prints.
constexpr double tolerance = 1e-4;

void compare_with_reference(const std::string& name) {
    const std::filesystem::path models = FARSPAN_MODELS_DIR;
    if (!std::filesystem::exists(models / name / "model.safetensors") ||
        !std::filesystem::exists(models / "reference" / (name + ".safetensors")))
        cr_skip_test("models/%s or its reference is not there", name.c_str());
    openblas_set_num_threads(1);
    const language_model model = load_model(models / name);
    const std::vector<uint8_t> text = read_bytes(models / "reference" / "prompt.txt");
    const safetensors_file reference(models / "reference" / (name + ".safetensors"));
    const std::vector<int32_t> rows = reference.integers("rows");
    const std::vector<float> expected = reference.floats("logits", {static_cast<int64_t>(rows.size()), 256});
    cr_assert(!rows.empty());
    for (const int32_t isa : {FARSPAN_ISA_SCALAR, FARSPAN_ISA_AVX2, FARSPAN_ISA_AVX512, FARSPAN_ISA_NEON}) {
        if (!farspan_isa_supported(isa)) continue;
        const std::vector<float> logits = run_forward(model, text, isa);
        double worst = 0, largest = 0;
        for (size_t r = 0; r < rows.size(); ++r)
            for (size_t n = 0; n < 256; ++n) {
                const double want = static_cast<double>(expected[r * 256 + n]);
                const double error =
                    std::abs(static_cast<double>(logits[static_cast<size_t>(rows[r]) * 256 + n]) - want);
                worst = std::isnan(error) ? std::numeric_limits<double>::infinity() : std::max(worst, error);
                largest = std::max(largest, std::abs(want));
            }
        std::printf("%s, %s: largest error %.2e of logits up to %.1f\n", name.c_str(), farspan_isa_name(isa), worst,
                    largest);
        cr_expect(worst < tolerance, "%s, %s: error %g", name.c_str(), farspan_isa_name(isa), worst);
    }
}

}  // namespace

Test(logits, rope) { compare_with_reference("rope"); }
Test(logits, sinusoidal) { compare_with_reference("sinusoidal"); }
Test(logits, alibi) { compare_with_reference("alibi"); }
Test(logits, t5) { compare_with_reference("t5"); }
Test(logits, xpos) { compare_with_reference("xpos"); }
