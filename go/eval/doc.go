// Package eval judges how a model behaves beyond its trained length, from what any runtime can give: logits, losses, texts, token
// ids. It runs no model.
//
//	TokenNLL, TokenNLLGrad             logits to the loss of each token, and its gradient
//	Windows                            which tokens a model reads and which are scored
//	Loss, LossCurve                    losses to perplexity, bits per byte, standard error, and the curve over the context
//	Judge                              losses by length to a verdict
//	BleuCounts, ChrfCounts, Rouge      generated text against references
//	BootstrapMean, BleuBootstrap       confidence intervals
//	NewPasskey, PlaceNeedle            is a fact hidden far back found
//
// Nothing is computed here and no default is written here: both come from the C library. Natural logarithms everywhere; a loss is in
// nats. Texts are strings, which may hold anything: bytes that are not UTF-8 count as U+FFFD. Failures are those of package farspan:
// an *farspan.Error, or farspan.ErrClosed for a closed context; nothing has then been changed. Accumulators and counts are plain data:
// copy, send and merge them; one goroutine may change one at a time. All functions may be called by any number of goroutines.
package eval
