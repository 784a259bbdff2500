use std::ptr;

use super::{Judgement, Verdict};
use crate::error::constant_text;
use crate::{sys, Result};

/// Judges mean losses (nats per token, the same tokens at every length) by [`verdict_rule`]. `lengths` ascend; a ratio that is not a
/// number is worse than any number.
///
/// # Errors
///
/// [`Status::Shape`](crate::Status::Shape) if there are not as many losses as lengths, [`Status::Positions`](crate::Status::Positions) if the lengths do not ascend,
/// [`Status::ParameterRange`](crate::Status::ParameterRange) for a trained length below 1.
pub fn judge(lengths: &[i64], nll: &[f64], trained_length: i64) -> Result<Judgement> {
    let (count, nll_count) = (lengths.len() as i64, nll.len() as i64);
    // SAFETY: arrays go with their counts.
    Judgement::filled(|verdict, error| unsafe {
        let (lengths, nll) = (lengths.as_ptr(), nll.as_ptr());
        sys::farspan_judge(ptr::null(), lengths, count, nll, nll_count, trained_length, verdict, error)
    })
}

/// The rule of [`judge`] in words, for reports.
pub fn verdict_rule() -> &'static str {
    // SAFETY: takes nothing.
    constant_text(unsafe { sys::farspan_verdict_rule() }).unwrap_or_default()
}

impl Verdict {
    /// The word for it, such as `"holds"`; `None` if it is unknown.
    pub fn name(self) -> Option<&'static str> {
        // SAFETY: takes any number.
        constant_text(unsafe { sys::farspan_verdict_name(self.0) })
    }
}

impl From<i32> for Verdict {
    fn from(number: i32) -> Self {
        Verdict(number)
    }
}
