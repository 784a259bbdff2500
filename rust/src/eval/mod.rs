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
//!     loss.add(&nll[window.first_row as usize..], 0)?;
//! }
//! let summary = loss.summary()?;
//! assert_eq!(summary.tokens, 999);
//! assert!((summary.perplexity - 2f64.exp()).abs() < 1e-12);
//! # Ok::<(), farspan::Error>(())
//! ```
//!
//! Natural logarithms everywhere; a loss is in nats. Texts are anything with bytes (`&str`, `String`, `&[u8]`); bytes that are not
//! UTF-8 count as U+FFFD. Accumulators and counts are plain data: keep them, send them, add them up.

mod bleu;
mod bootstrap;
mod chrf;
mod loss;
mod rouge;
mod task;
mod text;
mod token_loss;
mod verdict;
mod windows;

pub use crate::generated::eval_constants::*;
pub use bleu::{BleuConfig, BleuCounts, BleuResult};
pub use bootstrap::{bleu_bootstrap, bootstrap_mean, BootstrapConfig, Interval};
pub use chrf::{ChrfConfig, ChrfCounts};
pub use loss::{Loss, LossCurve, LossSummary};
pub use rouge::{rouge, rouge_tokens, RougeConfig, RougeResult};
pub use task::{needle_place, passkey, passkey_check, Passkey, PasskeyConfig};
pub use text::{tokenize, Reference};
pub use token_loss::{token_nll, token_nll_grad, token_nll_grad_in_place};
pub use verdict::{judge, verdict_rule, Judgement};
pub use windows::{Window, Windows, WindowsConfig};

/// Defines a struct with fields of a C one that the library fills.
macro_rules! result {
    ($(#[$doc:meta])* $name:ident = $c:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// Lets the library fill the struct.
            fn filled(
                fill: impl FnOnce(*mut $crate::sys::$c, *mut $crate::sys::farspan_error) -> $crate::sys::farspan_status,
            ) -> $crate::Result<Self> {
                // SAFETY: all zero bits are a value of the struct.
                let mut c: $crate::sys::$c = unsafe { std::mem::zeroed() };
                c.struct_size = std::mem::size_of::<$crate::sys::$c>() as u32;
                $crate::error::check(|error| fill(&mut c, error))?;
                Ok(Self { $($field: c.$field.into(),)* })
            }
        }
    };
}
pub(crate) use result;

/// Defines a struct that the library counts in: plain data with the fields of a C struct.
macro_rules! counter {
    ($(#[$doc:meta])* $name:ident = $c:ident by $init:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        impl $name {
            /// Nothing counted yet.
            #[allow(clippy::new_without_default)] // one way to make it, as for the configurations
            pub fn new() -> Self {
                Self::from_c(&Self::empty())
            }

            fn empty() -> $crate::sys::$c {
                let mut c = std::mem::MaybeUninit::zeroed();
                // SAFETY: all zero bits are a value of the struct, and C writes no more than the given size.
                unsafe {
                    $crate::sys::$init(c.as_mut_ptr(), std::mem::size_of::<$crate::sys::$c>() as _);
                    c.assume_init()
                }
            }

            fn from_c(c: &$crate::sys::$c) -> Self {
                Self { $($field: c.$field,)* }
            }

            pub(crate) fn to_c(self) -> $crate::sys::$c {
                let mut c = Self::empty();
                $(c.$field = self.$field;)*
                c
            }

            /// Lets the library change what was counted. A call that fails changes nothing.
            fn change(
                &mut self,
                call: impl FnOnce(*mut $crate::sys::$c, *mut $crate::sys::farspan_error) -> $crate::sys::farspan_status,
            ) -> $crate::Result<()> {
                let mut c = self.to_c();
                $crate::error::check(|error| call(&mut c, error))?;
                *self = Self::from_c(&c);
                Ok(())
            }
        }
    };
}
pub(crate) use counter;
