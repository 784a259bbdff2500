package eval

import "farspan.io/farspan/internal/raw"

// Tokenize gives what a score sees of a text: its tokens, joined by single spaces. Error: ErrMethod for an unknown tokenizer.
func Tokenize(tokenizer Tokenizer, lowercase bool, text string) (string, error) {
	bytes := []byte(text)
	return written(2*len(bytes)+1, func(buffer []byte, needed []int64) *raw.Failure {
		return raw.Tokenize(int32(tokenizer), flag(lowercase), first(bytes), count(bytes), first(buffer), count(buffer), first(needed),
			count(needed))
	})
}
