//! Judging how a model behaves beyond its trained length, from what any runtime can give: logits, losses, texts, token ids.
//!
//! | step | here |
//! |---|---|
//! | logits to the loss of each token, and its gradient | [`token_nll`], [`token_nll_grad`] |
//! | which tokens a model reads and which are scored | [`Windows`] |
//! | losses to perplexity, bits per byte, standard error, and the curve over the context | [`Loss`], [`LossCurve`] |
//! | losses by length to a verdict | [`judge`] |
//! | generated text against references | [`BleuCounts`], [`ChrfCounts`], [`rouge()`] |
//! | confidence intervals | [`bootstrap_mean`], [`bleu_bootstrap`] |
//! | is a fact hidden far back found | [`passkey`], [`needle_place`] |
//!
//! ```
//! use farspan::eval::{Bos, Loss, Windows, WindowsConfig, WindowsKind};
//!
//! # fn losses_of_window(tokens: &[i64]) -> Vec<f64> { vec![2.0; tokens.len() - 1] }
//! let text: Vec<i64> = (0..1000).collect(); // its tokens
//! let config = WindowsConfig {
//!     bos: Bos::NONE, // there is no default, because it moves perplexity
//!     tokens: text.len() as i64,
//!     length: 256,
//!     stride: 64,
//!     ..WindowsConfig::new(WindowsKind::SLIDING)
//! };
//! let mut loss = Loss::new();
//! for window in Windows::new(&config)? {
//!     // One loss for each input of the window, by any model and `token_nll`.
//!     let nll = losses_of_window(&text[window.begin as usize..window.end as usize]);
//!     loss.add(None, &nll[window.first_row as usize..], 0)?;
//! }
//! let summary = loss.summary()?;
//! assert_eq!(summary.tokens, 999);
//! assert!((summary.perplexity - 2f64.exp()).abs() < 1e-12);
//! # Ok::<(), farspan::Error>(())
//! ```
//!
//! Natural logarithms everywhere; a loss is in nats. Texts are anything with bytes (`&str`, `String`, `&[u8]`); bytes that are not
//! UTF-8 count as U+FFFD. Accumulators and counts are plain data: keep them, send them, add them up.

mod loss;
mod task;
pub(crate) mod text;
mod windows;

pub use crate::generated::eval_calls::*;
pub use crate::generated::eval_constants::*;
pub use crate::generated::eval_structs::*;
pub use loss::LossCurve;
pub use task::{passkey, Passkey};
pub use text::Reference;
pub use windows::Windows;
