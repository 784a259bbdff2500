// usage: runner DIRECTORY ISA THREADS    answers the conformance cases through farspan.hpp
#include <openssl/evp.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "outcome.hpp"

using namespace conformance;

namespace {

class sha256 {
public:
    sha256() { EVP_DigestInit_ex(state_.get(), EVP_sha256(), nullptr); }
    void add(const void* data, std::size_t size) { EVP_DigestUpdate(state_.get(), data, size); }
    void add(int32_t value) { add(&value, sizeof value); }
    void add_line(const std::string& text) { add((text + "\n").data(), text.size() + 1); }
    std::string hexadecimal() {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        EVP_DigestFinal_ex(state_.get(), digest, &size);
        std::string text;
        for (unsigned n = 0; n < size; ++n) {
            char byte[3];
            std::snprintf(byte, sizeof byte, "%02x", digest[n]);
            text += byte;
        }
        return text;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> state_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

void add(sha256& digest, const std::string& name, const outcome& result) {
    digest.add_line(name);
    digest.add(result.status);
    if (result.status == FARSPAN_OK) {
        for (const output& one : result.outputs) digest.add(one.bytes().data(), one.bytes().size());
    } else {
        digest.add(result.argument);
        digest.add_line(result.message);
    }
}

std::vector<std::filesystem::path> files_of(const std::string& directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

farspan::context make_context(const std::string& isa, int32_t threads) {
    farspan::context_config config;
    config.threads = threads;
    while (farspan::isa_name(config.isa) != isa)
        if (farspan::isa_name(config.isa++).empty()) throw std::runtime_error("no such instruction set: " + isa);
    return farspan::context(config);
}

int run(const std::string& directory, const std::string& isa, int32_t threads) {
    const farspan::context context = make_context(isa, threads);
    sha256 digest;
    int cases = 0, failed = 0;
    for (const auto& file : files_of(directory)) {
        std::ifstream stream(file);
        const json parsed = json::parse(stream);
        for (const json& one : parsed.at("cases")) {
            const auto name = one.at("name").get<std::string>();
            const outcome result = run_case(one, context);
            const std::string why = result.judge(one);
            if (!why.empty()) std::fprintf(stderr, "FAILED %s: %s\n", name.c_str(), why.c_str());
            ++cases;
            failed += !why.empty();
            add(digest, name, result);
        }
    }
    std::printf("cpp %s %d %d %d %s\n", isa.c_str(), threads, cases, failed, digest.hexadecimal().c_str());
    return failed != 0 || cases == 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "usage: runner DIRECTORY ISA THREADS\n");
        return 2;
    }
    try {
        return run(argv[1], argv[2], std::atoi(argv[3]));
    } catch (const std::exception& cause) {
        std::fprintf(stderr, "%s\n", cause.what());
        return 2;
    }
}
