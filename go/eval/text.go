package eval

import "farspan.io/farspan/internal/raw"

// Tokenizer says how a text becomes tokens.
type Tokenizer int32

// The tokenizers.
const (
	TokenizerNone         Tokenizer = 1 // split at white space only: the text is tokenised already
	Tokenizer13A          Tokenizer = 2 // mteval-v13a, the default of WMT and sacrebleu
	TokenizerChar         Tokenizer = 3 // every character a token
	TokenizerIntl         Tokenizer = 4 // mteval-v14: punctuation and symbols of all scripts
	TokenizerRouge        Tokenizer = 5 // a-z and 0-9 after lower case, the rest separates; for Tokenize only
	TokenizerRougeStemmed Tokenizer = 6 // the same, words longer than 3 letters stemmed (Porter 1980, with NLTK's extensions)
	TokenizerZh           Tokenizer = 7 // Chinese: every Chinese character and sign a token, the rest as 13a (sacrebleu's zh)
)

// Tokenize gives what a score sees of a text: its tokens, joined by single spaces. Error: ErrMethod for an unknown tokenizer.
func Tokenize(tokenizer Tokenizer, lowercase bool, text string) (string, error) {
	bytes := []byte(text)
	return written(2*len(bytes)+1, func(buffer []byte, needed []int64) *raw.Failure {
		return raw.Tokenize(int32(tokenizer), flag(lowercase), first(bytes), count(bytes), first(buffer), count(buffer), first(needed),
			count(needed))
	})
}
