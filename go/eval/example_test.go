package eval_test

import (
	"fmt"
	"log"

	"farspan.io/farspan"
	"farspan.io/farspan/eval"
)

// uniform stands for a model: it gives every token the same chance.
func uniform(rows, vocabulary int64) *farspan.Tensor {
	tensor, err := farspan.NewTensor(make([]float32, rows*vocabulary), farspan.Contiguous(1, 1, rows, vocabulary))
	if err != nil {
		log.Fatal(err)
	}
	return tensor
}

// Perplexity of a text that is longer than what the model reads.
func ExampleWindows() {
	text := make([]int64, 1000) // its tokens
	config := eval.NewWindowsConfig(eval.WindowsSliding)
	config.BOS = eval.BOSNone // there is no default, because it moves perplexity
	config.Tokens, config.Length, config.Stride = int64(len(text)), 256, 64
	windows, err := eval.NewWindows(config)
	if err != nil {
		log.Fatal(err)
	}
	loss := eval.NewLoss()
	for window, more := windows.Next(); more; window, more = windows.Next() {
		// The model reads text[window.Begin : window.End-1]; row r predicts the token behind its input.
		nll := make([]float64, window.Rows)
		if err := eval.TokenNLL(nil, uniform(window.Rows, 50), text[window.Begin+1:window.End], -100, nll); err != nil {
			log.Fatal(err)
		}
		if err := loss.Add(nll[window.FirstRow:], 0); err != nil {
			log.Fatal(err)
		}
	}
	summary, err := loss.Summary()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d windows, %d tokens, perplexity %.2f\n", windows.Count(), summary.Tokens, summary.Perplexity)
	// Output: 13 windows, 999 tokens, perplexity 50.00
}

// The BLEU of a corpus.
func ExampleBleuCounts() {
	config := eval.NewBleuConfig()
	var counts eval.BleuCounts
	if err := counts.Add(config, "The cat sat on the mat.", "The cat sat on a mat.", "A dog sat on the mat."); err != nil {
		log.Fatal(err)
	}
	result, err := counts.Score(config)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n", result.Score)
	// Output: 93.1
}
