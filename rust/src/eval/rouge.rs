use super::text::{Reference, References};
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
    let (text, list) = (hypothesis.as_ref(), References::new(references));
    // SAFETY: the texts have the lengths given.
    RougeResult::filled(|result, error| unsafe {
        let (start, bytes) = (text.as_ptr().cast(), text.len() as i64);
        let (starts, lengths) = (list.starts(), list.lengths());
        sys::farspan_rouge(&config.to_c(), start, bytes, starts, lengths, list.count(), result, error)
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
    let list = References::new(references);
    // SAFETY: the sequences have the lengths given.
    RougeResult::filled(|result, error| unsafe {
        let (start, length) = (hypothesis.as_ptr(), hypothesis.len() as i64);
        let (starts, lengths) = (list.starts(), list.lengths());
        sys::farspan_rouge_tokens(&config.to_c(), start, length, starts, lengths, list.count(), result, error)
    })
}
