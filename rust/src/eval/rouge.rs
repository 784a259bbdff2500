use std::ptr;

use super::text::{ids, texts, Reference};
use super::{RougeConfig, RougeResult};
use crate::{sys, Result};

/// Scores one hypothesis against its references, at least one: the result is that of the reference with the best f_measure. A corpus
/// is the mean over its texts. Only letters a-z and digits count: other scripts need token ids.
///
/// ```
/// use farspan::eval::{rouge, RougeConfig, RougeKind};
///
/// let config = RougeConfig { stem: true, ..RougeConfig::new(RougeKind::L) };
/// let result = rouge(&config, "the cats sat down", &["nobody came", "the cat sat"])?;
/// assert_eq!((result.reference, result.recall, result.precision), (1, 1.0, 0.75));
/// # Ok::<(), farspan::Error>(())
/// ```
///
/// # Errors
///
/// [`Status::Method`](crate::Status::Method), [`Status::ParameterRange`](crate::Status::ParameterRange) and
/// [`Status::Combination`](crate::Status::Combination) for the configuration, [`Status::Shape`](crate::Status::Shape) without
/// references, [`Status::NullArgument`](crate::Status::NullArgument) if all are missing.
pub fn rouge<R: Reference<u8>>(
    config: &RougeConfig,
    hypothesis: impl AsRef<[u8]>,
    references: &[R],
) -> Result<RougeResult> {
    let (text, list) = (hypothesis.as_ref(), texts(references));
    // SAFETY: the texts have the lengths given.
    RougeResult::filled(|result, error| unsafe {
        let (start, bytes) = (text.as_ptr().cast(), text.len() as i64);
        let (first, count) = (list.as_ptr(), list.len() as i64);
        sys::farspan_rouge(ptr::null(), &config.to_c(), start, bytes, first, count, result, error)
    })
}

/// The same on token ids, for [`RougeKind::N`](super::RougeKind::N) and [`RougeKind::L`](super::RougeKind::L), without stems.
///
/// # Errors
///
/// As [`rouge`]; [`Status::Combination`](crate::Status::Combination) for sentences or stems.
pub fn rouge_tokens<R: Reference<i64>>(
    config: &RougeConfig,
    hypothesis: &[i64],
    references: &[R],
) -> Result<RougeResult> {
    let list = ids(references);
    // SAFETY: the sequences have the lengths given.
    RougeResult::filled(|result, error| unsafe {
        let (start, length) = (hypothesis.as_ptr(), hypothesis.len() as i64);
        let (first, count) = (list.as_ptr(), list.len() as i64);
        sys::farspan_rouge_tokens(ptr::null(), &config.to_c(), start, length, first, count, result, error)
    })
}
