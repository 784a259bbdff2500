use super::{result, BleuConfig, BleuCounts};
use crate::config::config;
use crate::context::as_c;
use crate::{sys, Context, Result};

config! {
    /// Confidence intervals by resampling with replacement (Efron 1979; for BLEU Koehn 2004). The same seed gives the same interval
    /// on every machine, for any number of threads.
    BootstrapConfig = farspan_bootstrap_config by farspan_bootstrap_config_init() {
        /// 1 to 1,000,000.
        samples: i32,
        /// Of the library's generator.
        seed: u64,
        /// Between 0 and 1.
        confidence: f64,
    }
}

result! {
    /// An interval of resampled values.
    Interval = farspan_interval {
        /// Quantile (1 - confidence) / 2, interpolated between neighbours.
        low: f64,
        /// The middle one.
        median: f64,
        /// Quantile (1 + confidence) / 2.
        high: f64,
        /// Of the resampled values.
        mean: f64,
    }
}

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
