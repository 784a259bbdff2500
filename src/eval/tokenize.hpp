// Texts into tokens, as the published metrics cut them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/pacer.hpp"

namespace farspan {

using text_tokens = std::deque<std::u32string>;

// Pieces between white space.
text_tokens split_words(std::u32string_view text, pacer& pace);

// tokenizer: FARSPAN_TOKENIZER_*, known to be one of them.
text_tokens tokenize(int32_t tokenizer, bool lowercase, std::string_view text, pacer& pace);

// The tokens with single spaces between, as UTF-8. Throws failure about tokenizer and lowercase.
std::string join_tokens(int32_t tokenizer, int32_t lowercase, std::string_view text, pacer& pace);

// Porter's stemmer (1980) with the extensions that NLTK calls its own, on a word of a-z and 0-9.
std::string porter_stem(std::string word);

}  // namespace farspan
