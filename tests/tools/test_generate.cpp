// farspan generate from end to end.
#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "made_model.hpp"
#include "run_command.hpp"

using nlohmann::json;

namespace {

struct made_folder : scratch_folder {
    std::string rope = write_model(path(), "rope", "rope").string(),
                alibi = write_model(path(), "alibi", "alibi").string();
};

command_result generate(const std::string& model, std::vector<std::string> more) {
    more.insert(more.begin(), {"generate", "--model", model, "--prompt", "near key turns"});
    return run_farspan(more);
}

// The program with its standard output in a pipe, until the test has seen enough.
class running {
public:
    explicit running(const std::string& model) {
        int ends[2];
        cr_assert(pipe(ends) == 0);
        child_ = fork();
        if (child_ == 0) {
            dup2(ends[1], STDOUT_FILENO);
            dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
            close(ends[0]);
            close(ends[1]);
            execl(FARSPAN_PROGRAM, FARSPAN_PROGRAM, "generate", "--model", model.c_str(), "--prompt", "near", "--bytes",
                  "0", static_cast<char*>(nullptr));
            _exit(127);
        }
        close(ends[1]);
        out_ = ends[0];
    }
    ~running() { close_output(); }

    void read_some(size_t bytes) const {
        std::array<char, 64> buffer;
        for (size_t seen = 0; seen < bytes;) {
            const ssize_t got = read(out_, buffer.data(), buffer.size());
            cr_assert(got > 0);
            seen += static_cast<size_t>(got);
        }
    }
    void close_output() {
        if (out_ >= 0) close(out_);
        out_ = -1;
    }
    void interrupt() const { kill(child_, SIGINT); }
    int status() const {
        int status = 0;
        cr_assert(waitpid(child_, &status, 0) == child_);
        return status;
    }

private:
    pid_t child_ = 0;
    int out_ = -1;
};

}  // namespace

Test(generate, writes_as_many_bytes_as_asked_after_the_prompt) {
    const made_folder folder;
    const command_result all = generate(folder.rope, {"--bytes", "100"});
    cr_assert(all.exit_code == 0, "%s", all.err.c_str());
    cr_expect(all.out.size() == 114 && all.out.starts_with("near key turns") && all.err.empty());
    const command_result rest = generate(folder.rope, {"--bytes", "100", "--no-echo"});
    cr_expect("near key turns" + rest.out == all.out);
    const command_result shorter = generate(folder.rope, {"--bytes", "5", "--prompt-bytes", "4"});
    cr_expect(shorter.out.size() == 9 && shorter.out.starts_with("near"));
}

Test(generate, draws_by_the_seed) {
    const made_folder folder;
    const auto text = [&](const char* seed) {
        return generate(folder.rope, {"--temperature", "1", "--seed", seed}).out;
    };
    cr_expect(text("1") == text("1"));
    cr_expect(text("1") != text("2"));
    cr_expect(generate(folder.rope, {"--threads", "1"}).out == generate(folder.rope, {"--threads", "2"}).out);
}

// 20,000 bytes, 1,250 times the trained length, in the blocks that 200 bytes need, and no more memory allowed.
Test(generate, memory_is_constant_under_schemes_that_forget) {
    const made_folder folder;
    const struct {
        std::string model;
        const char* scheme;
    } cases[] = {{folder.rope, "streaming"}, {folder.rope, "lambda"}, {folder.alibi, "window"}};
    for (const auto& [model, scheme] : cases) {
        json cache[2];
        for (const int longer : {0, 1}) {
            const command_result result =
                generate(model, {"--scheme", scheme, "--bytes", longer ? "20000" : "200", "--temperature", "1",
                                 "--statistics", "--memory-limit", "60000", "--no-echo"});
            cr_assert(result.exit_code == 0, "%s: %s", scheme, result.err.c_str());
            cr_expect(result.out.size() == (longer ? 20000 : 200));
            cache[longer] = json::parse(result.err)["cache"];
        }
        cr_expect(cache[0]["most_blocks"] == cache[1]["most_blocks"], "%s: %s", scheme, cache[1].dump().c_str());
        cr_expect(cache[1]["most_blocks"] <= 3);
        cr_expect((cache[1]["blocks"].get<int64_t>() + cache[1]["free_blocks"].get<int64_t>()) *
                      cache[1]["block_bytes"].get<int64_t>() <=
                  60000);
    }
}

Test(generate, a_scheme_that_keeps_all_reaches_the_memory_limit) {
    const made_folder folder;
    const command_result result =
        generate(folder.rope, {"--scheme", "none", "--bytes", "20000", "--memory-limit", "60000"});
    cr_expect(result.exit_code == 1);
    cr_expect(result.err.find("memory") != std::string::npos, "%s", result.err.c_str());
    const command_result endless = generate(folder.rope, {"--scheme", "rerope", "--bytes", "0"});
    cr_expect(endless.exit_code == 1);
    cr_expect(endless.err.find("--scheme rerope keeps every key") != std::string::npos, "%s", endless.err.c_str());
}

Test(generate, every_storage_type) {
    const made_folder folder;
    for (const char* type : {"f32", "f16", "bf16", "i8"}) {
        const command_result result = generate(folder.rope, {"--cache-type", type, "--bytes", "50"});
        cr_expect(result.exit_code == 0 && result.out.size() == 64, "%s: %s", type, result.err.c_str());
    }
}

Test(generate, ends_at_an_interrupt) {
    const made_folder folder;
    running program(folder.rope);
    program.read_some(200);
    program.interrupt();
    const int status = program.status();
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT, "status %d", status);
}

Test(generate, ends_when_nobody_reads) {
    const made_folder folder;
    running program(folder.rope);
    program.read_some(200);
    program.close_output();
    const int status = program.status();
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %d", status);
}

Test(generate, bad_arguments_are_refused_with_a_reason) {
    const made_folder folder;
    const std::pair<std::vector<std::string>, const char*> cases[] = {
        {{"--bytes", "-1"}, "--bytes -1 must be 0"},
        {{"--temperature", "nan"}, "--temperature must be 0 .. 100"},
        {{"--temperature", "-1"}, "--temperature must be 0 .. 100"},
        {{"--scheme", "yran"}, "unknown method \"yran\""},
        {{"--memory-limit", "-5"}, "--memory-limit -5 must be 0"},
        {{"--prompt-bytes", "0"}, "the prompt is empty"},
        {{"--text", "file"}, "give one of them"},
        {{"--cache-type", "f64"}, "f64"}};
    for (const auto& [arguments, part] : cases) {
        const command_result result = generate(folder.rope, arguments);
        cr_expect(result.exit_code == 1 || result.exit_code == 2, "%s: %d", part, result.exit_code);
        cr_expect(result.err.find(part) != std::string::npos, "expected '%s' in '%s'", part, result.err.c_str());
        cr_expect(result.out.empty());
    }
    cr_expect(generate(folder.alibi, {"--scheme", "streaming"}).err.find("needs a model with rotary") !=
              std::string::npos);
}
