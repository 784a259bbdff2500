#include "passkey.hpp"

#include <cmath>

namespace oracle {
namespace {

const std::string garbage = "The grass is green. The sky is blue. The sun is yellow. Here we go. There and back again.";
const std::string question = "What is the pass key? The pass key is";

std::string task(const char* pronoun) {
    return std::string("There is an important info hidden inside a lot of irrelevant text. Find it and memorize ") +
           pronoun + ". I will quiz you about the important information there.";
}

std::string told(int64_t key) {
    return "The pass key is " + std::to_string(key) + ". Remember it. " + std::to_string(key) + " is the pass key.";
}

std::string endless_garbage(size_t count) {
    std::string text;
    while (text.size() < count) text += garbage + " ";
    return text.substr(0, count);
}

size_t share(size_t all, double depth) { return static_cast<size_t>(std::llround(static_cast<double>(all) * depth)); }

}  // namespace

passkey passkey_landmark(int64_t key, size_t length, double depth) {
    const std::string first = task("them"), info = told(key);
    const size_t room = length - first.size() - info.size() - question.size() - 4, before = share(room, depth);
    return {first + "\n" + endless_garbage(before) + "\n", info,
            "\n" + endless_garbage(room - before) + "\n" + question};
}

passkey passkey_sentences(int64_t key, size_t length, double depth) {
    const std::string first = task("it"), info = told(key);
    const size_t blocks = (length - first.size() - info.size() - question.size() - 2) / (garbage.size() + 1);
    const size_t before = share(blocks, depth);
    passkey made{first + " ", info, ""};
    for (size_t n = 0; n < before; ++n) made.before += garbage + " ";
    for (size_t n = before; n < blocks; ++n) made.after += " " + garbage;
    made.after += " " + question;
    return made;
}

}  // namespace oracle
