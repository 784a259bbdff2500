// The farspan command. Everything it knows about positions comes from the public header.
#include <cstdio>
#include <exception>
#include <string>

#include "blas.hpp"
#include "commands.hpp"
#include "failure.hpp"
#include "farspan/farspan.hpp"

namespace tool {

void add_doctor(CLI::App& program) {
    CLI::App* app =
        program.add_subcommand("doctor", "Print versions, instruction sets and threads: paste it into bug reports");
    app->callback([] { std::printf("%s\n", farspan::diagnose().c_str()); });
}

}  // namespace tool

namespace {

// CLI11 would only say that a sub-command is required.
void check_command(const CLI::App& program, const std::string& word) {
    std::string known;
    for (const CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; })) {
        if (word == command->get_name() || word.empty() || word[0] == '-') return;
        known += (known.empty() ? "" : ", ") + command->get_name();
    }
    throw tool::failure("unknown command \"" + word + "\"; known are " + known);
}

}  // namespace

int main(int argc, char** argv) {
    tool::restart_with_fast_blas(argv);
    CLI::App program("Farspan: position encodings and attention for long contexts.\n");
    program.name("farspan");
    program.set_version_flag("--version", "farspan " + farspan::version_text());
    program.require_subcommand(1);
    tool::add_report(program);
    tool::add_compare(program);
    tool::add_perplexity(program);
    tool::add_generate(program);
    tool::add_explain(program);
    tool::add_diff(program);
    tool::add_logits(program);
    tool::add_score(program);
    tool::add_doctor(program);
    try {
        if (argc > 1) check_command(program, argv[1]);
        program.parse(argc, argv);
        return 0;
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "farspan: %s\n", error.what());
        return 1;
    }
}
