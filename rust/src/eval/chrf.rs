use std::ptr;

use super::text::{texts, Reference};
use super::{ChrfConfig, ChrfCounts};
use crate::error::check;
use crate::{sys, Result};

impl ChrfCounts {
    /// Counts one segment against its references, at least one; the one that gives this segment the best score is counted.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) and [`Status::Method`](crate::Status::Method) for the configuration,
    /// [`Status::Combination`](crate::Status::Combination) for counts of other orders, [`Status::Shape`](crate::Status::Shape) without
    /// references, [`Status::NullArgument`](crate::Status::NullArgument) if all are missing.
    pub fn add<R: Reference<u8>>(
        &mut self,
        config: &ChrfConfig,
        hypothesis: impl AsRef<[u8]>,
        references: &[R],
    ) -> Result<()> {
        let (text, list) = (hypothesis.as_ref(), texts(references));
        // SAFETY: the texts have the lengths given.
        self.change(|counts, error| unsafe {
            let (start, bytes) = (text.as_ptr().cast(), text.len() as i64);
            let (first, count) = (list.as_ptr(), list.len() as i64);
            sys::farspan_chrf_add(ptr::null(), &config.to_c(), start, bytes, first, count, counts, error)
        })
    }

    /// Adds what was counted elsewhere with the same orders.
    ///
    /// # Errors
    ///
    /// [`Status::Combination`](crate::Status::Combination) for other orders.
    pub fn merge(&mut self, from: &ChrfCounts) -> Result<()> {
        // SAFETY: both are valid for the call.
        self.change(|counts, error| unsafe { sys::farspan_chrf_merge(counts, &from.to_c(), error) })
    }

    /// The score, 0 to 100.
    ///
    /// # Errors
    ///
    /// As [`ChrfCounts::add`] for the configuration.
    pub fn score(&self, config: &ChrfConfig) -> Result<f64> {
        let mut score = 0.0;
        // SAFETY: all are valid for the call.
        check(|error| unsafe { sys::farspan_chrf_score(&config.to_c(), &self.to_c(), &mut score, error) })?;
        Ok(score)
    }
}
