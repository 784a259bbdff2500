// The gradient of attention through the public interface: five products in place of the forward run's two, so 2.5 times
// its operations for the pairs that are visible.
#include "attention_case.hpp"
#include "farspan/gradient.h"
#include "peak.hpp"
#include "row.hpp"

namespace bench {
namespace {

class prepared_gradient : public prepared_attention {
public:
    explicit prepared_gradient(const attention_case& c)
        : prepared_attention(c),
          d_out_(c.dtype, c.query_heads, c.queries, c.head_dim),
          d_q_(c.dtype, c.query_heads, c.queries, c.head_dim),
          d_k_(c.dtype, c.key_heads, c.keys, c.head_dim),
          d_v_(c.dtype, c.key_heads, c.keys, c.head_dim),
          lse_(static_cast<std::size_t>(c.query_heads * c.queries)),
          space_(static_cast<size_t>(farspan_attention_backward_workspace_size(plan()))) {
        run_with(lse_.data(), static_cast<int64_t>(lse_.size()));
        farspan_attention_gradient_init(&data_, sizeof data_);
        data_.q = &q().tensor;
        data_.k = &k().tensor;
        data_.v = &v().tensor;
        data_.out = &out().tensor;
        data_.lse = lse_.data();
        data_.lse_count = static_cast<int64_t>(lse_.size());
        data_.d_out = &d_out_.tensor;
        data_.d_q = &d_q_.tensor;
        data_.d_k = &d_k_.tensor;
        data_.d_v = &d_v_.tensor;
        data_.workspace = space_.data();
        data_.workspace_bytes = static_cast<int64_t>(space_.size());
    }
    void run() {
        farspan_error error = FARSPAN_ERROR_INIT;
        must(farspan_attention_backward(context(), plan(), &data_, &error), error);
    }

private:
    owned_tensor d_out_, d_q_, d_k_, d_v_;
    std::vector<float> lse_;
    std::vector<char> space_;
    farspan_attention_gradient data_;
};

double operations(const attention_case& c) {
    const double n = static_cast<double>(c.keys);
    return 2.5 * 4.0 * (n * n / 2) * static_cast<double>(c.head_dim * c.query_heads);
}

void add_backward(attention_case c, int64_t n) {
    c.queries = c.keys = n;
    const int threads = c.threads;
    const std::string name =
        "backward/f32/d" + std::to_string(c.head_dim) + "/n" + std::to_string(n) + "/t" + std::to_string(threads);
    const auto prepare = [c] {
        auto gradient = std::make_shared<prepared_gradient>(c);
        return std::function<void()>([gradient] { gradient->run(); });
    };
    add_row({name, "GFLOP/s", operations(c), [threads] { return multiply_add_peak(isa_in_use(), threads); }, prepare,
             threads});
}

}  // namespace

void add_rows() {
    for (const int32_t threads : {1, 2})
        for (const int64_t dim : {64, 128})
            for (const int64_t n : {512, 2048, 8192}) {
                attention_case c;
                c.head_dim = dim;
                c.threads = threads;
                add_backward(c, n);
            }
}

}  // namespace bench
