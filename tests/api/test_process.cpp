// The library inside a process: cancellation, shutdown, fork, and silence.
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cfenv>
#include <clocale>
#include <cstdio>
#include <thread>

#include "attention_case.hpp"
#include "calls.hpp"

using namespace farspan_test;

namespace {

attention_problem make_problem(int64_t length) {
    attention_problem problem;
    problem.query_heads = 4;
    problem.key_heads = 2;
    problem.queries = problem.keys = length;
    problem.head_dim = 64;
    return problem;
}

scheme_spec make_spec() {
    scheme_spec spec("process");
    spec.with_rope(FARSPAN_ROPE_BASE, FARSPAN_LAYOUT_HALF, 64);
    return spec;
}

farspan_status run_status(const farspan_context* context, const farspan_plan* plan, const attention_problem& problem,
                          const attention_data& data) {
    attention_output out(problem);
    return attention_run(context, plan, &data.q.view(), &data.k.view(), &data.v.view(), nullptr, &out.out.view(),
                         nullptr, nullptr, 0, nullptr);
}

}  // namespace

Test(api_process, cancellation) {
    volatile int32_t flag = 0;
    const context_handle context = make_context(FARSPAN_ISA_BEST, 2, &flag);
    const attention_problem problem = make_problem(300);
    const attention_data data(problem);
    scheme_spec spec = make_spec();
    const scheme_handle scheme = spec.create();
    const plan_handle plan = make_plan(context.get(), scheme.get(), problem);
    flag = 1;
    cr_expect(run_status(context.get(), plan.get(), problem, data) == FARSPAN_ERROR_CANCELLED);
    cr_expect(run_status(nullptr, plan.get(), problem, data) == FARSPAN_ERROR_CANCELLED,
              "the plan's context has the flag");
    flag = 0;
    cr_expect(run_status(context.get(), plan.get(), problem, data) == FARSPAN_OK);
    flag = 1;
    attention_output out(problem);
    cr_expect(rope_apply(context.get(), scheme.get(), nullptr, nullptr, &data.q.view(), &out.out.view(), nullptr) ==
              FARSPAN_ERROR_CANCELLED);
}

// Making a plan is work too.
Test(api_process, cancellation_of_plans) {
    volatile int32_t flag = 1;
    const context_handle context = make_context(FARSPAN_ISA_BEST, 1, &flag);
    const farspan_problem problem = make_problem(300).view();
    scheme_spec biased("process, t5");
    biased.with_bias(FARSPAN_BIAS_T5, 4);
    biased.bias_values.assign(32 * 4, 0.5f);
    for (scheme_spec spec : {make_spec(), biased}) {
        const scheme_handle scheme = spec.create();
        farspan_plan* plan = nullptr;
        cr_expect(farspan_plan_create(context.get(), scheme.get(), &problem, &plan, nullptr) ==
                      FARSPAN_ERROR_CANCELLED &&
                  !plan);
    }
}

// Set while a long run works: it stops soon.
Test(api_process, cancellation_from_another_thread) {
    static volatile int32_t flag = 0;
    const context_handle context = make_context(FARSPAN_ISA_SCALAR, 1, &flag);
    const attention_problem problem = make_problem(6000);
    const attention_data data(problem);
    scheme_spec spec = make_spec();
    const plan_handle plan = make_plan(context.get(), spec.create().get(), problem);
    std::thread later([] {
        usleep(20000);
        __atomic_store_n(&flag, 1, __ATOMIC_RELAXED);
    });
    const farspan_status status = run_status(context.get(), plan.get(), problem, data);
    later.join();
    cr_expect(status == FARSPAN_ERROR_CANCELLED, "status %d", status);
}

Test(api_process, shutdown_and_again) {
    const context_handle context = make_context(FARSPAN_ISA_BEST, 2);
    const attention_problem problem = make_problem(400);
    const attention_data data(problem);
    const attention_output first = run_attention(context.get(), make_spec(), problem, data);
    for (int n = 0; n < 3; ++n) {
        farspan_shutdown();
        cr_expect(same_bits(run_attention(context.get(), make_spec(), problem, data), first), "run %d after a shutdown",
                  n);
    }
    farspan_shutdown();
    farspan_shutdown();
}

// A forked child has none of the parent's workers: it must neither wait for them nor crash.
Test(api_process, fork_after_threads) {
    const context_handle context = make_context(FARSPAN_ISA_BEST, 2);
    const attention_problem problem = make_problem(400);
    const attention_data data(problem);
    const attention_output parent = run_attention(context.get(), make_spec(), problem, data);
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        int code = 1;
        try {
            code = same_bits(run_attention(context.get(), make_spec(), problem, data), parent) ? 0 : 2;
        } catch (...) {
            code = 3;
        }
        _exit(code);
    }
    int status = 0;
    cr_assert(waitpid(child, &status, 0) == child);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child ended with %d", status);
    cr_expect(same_bits(run_attention(context.get(), make_spec(), problem, data), parent), "the parent goes on");
}

Test(api_process, one_plan_from_many_threads) {
    const attention_problem problem = make_problem(200);
    const attention_data data(problem);
    scheme_spec spec = make_spec();
    const scheme_handle scheme = spec.create();
    const plan_handle plan = make_plan(nullptr, scheme.get(), problem);
    const attention_output first = run_plan(nullptr, plan.get(), problem, data);
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int n = 0; n < 6; ++n)
        threads.emplace_back([&] {
            for (int run = 0; run < 4; ++run)
                if (!same_bits(run_plan(nullptr, plan.get(), problem, data), first)) ++wrong;
        });
    for (std::thread& thread : threads) thread.join();
    cr_expect(wrong == 0, "%d runs differ", wrong.load());
}

// Nothing on stdout or stderr, whatever is asked; and the floating-point mode, the locale and errno's neighbours are
// left alone.
Test(api_process, silence) {
    char name[] = "/tmp/farspan-silence-XXXXXX";
    const int file = mkstemp(name);
    cr_assert(file >= 0);
    unlink(name);
    std::fflush(stdout);
    std::fflush(stderr);
    const int out = dup(1), err = dup(2);
    dup2(file, 1);
    dup2(file, 2);
    const int rounding = fegetround();
    feclearexcept(FE_ALL_EXCEPT);
    {
        const context_handle context = make_context(FARSPAN_ISA_BEST, 1000000);
        const attention_problem problem = make_problem(150);
        const attention_data data(problem);
        run_attention(context.get(), make_spec(), problem, data);
        scheme_create(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
        attention_run(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, 0, nullptr);
        farspan_diagnose(nullptr, 0);
        farspan_shutdown();
    }
    std::fflush(stdout);
    std::fflush(stderr);
    dup2(out, 1);
    dup2(err, 2);
    cr_expect(lseek(file, 0, SEEK_END) == 0, "%lld bytes were printed",
              static_cast<long long>(lseek(file, 0, SEEK_END)));
    cr_expect(fegetround() == rounding, "the rounding mode changed");
    close(file);
    close(out);
    close(err);
}
