use super::{BleuConfig, BleuCounts, BootstrapConfig, Interval};
use crate::context::as_c;
use crate::{sys, Context, Result};

/// The interval of the mean of `values`, at least one: losses of blocks, ROUGE of texts, hits of passkeys.
///
/// # Errors
///
/// [`Status::ParameterRange`](crate::Status::ParameterRange) for the configuration, [`Status::Shape`](crate::Status::Shape) without
/// values, [`Status::Cancelled`](crate::Status::Cancelled).
pub fn bootstrap_mean(context: Option<&Context>, config: &BootstrapConfig, values: &[f64]) -> Result<Interval> {
    let count = values.len() as i64;
    // SAFETY: the array has `count` entries.
    Interval::filled(|interval, error| unsafe {
        sys::farspan_bootstrap_mean(as_c(context), &config.to_c(), values.as_ptr(), count, interval, error)
    })
}

/// The interval of corpus BLEU: `segments` are the counts of single segments, or of groups that belong together.
///
/// # Errors
///
/// As [`bootstrap_mean`]; [`Status::Combination`](crate::Status::Combination) for counts of another `max_order`.
pub fn bleu_bootstrap(
    context: Option<&Context>,
    config: &BootstrapConfig,
    bleu: &BleuConfig,
    segments: &[BleuCounts],
) -> Result<Interval> {
    let counts: Vec<_> = segments.iter().map(|segment| segment.to_c()).collect();
    // SAFETY: the array has as many entries as is said.
    Interval::filled(|interval, error| unsafe {
        let (first, count) = (counts.as_ptr(), counts.len() as i64);
        sys::farspan_bleu_bootstrap(as_c(context), &config.to_c(), &bleu.to_c(), first, count, interval, error)
    })
}
