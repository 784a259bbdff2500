use std::ptr;

use super::text::{ids, texts, Reference};
use super::{BleuConfig, BleuCounts, BleuResult};
use crate::text::written;
use crate::{sys, Result};

impl BleuConfig {
    /// What must be stated with a score so that others can repeat it, in sacrebleu's form. `references`: how many, or 0 if that
    /// varies.
    ///
    /// # Errors
    ///
    /// As [`BleuCounts::add`] for the configuration; [`Status::Shape`](crate::Status::Shape) for a negative number.
    pub fn signature(&self, references: i32) -> Result<String> {
        // SAFETY: the buffer has the size given.
        written(128, |buffer, size, needed, error| unsafe {
            sys::farspan_bleu_signature(&self.to_c(), references, buffer, size, needed, error)
        })
    }
}

impl BleuCounts {
    /// Counts one segment, usually a sentence or a line, against its references, at least one. Segments are independent: count them
    /// in any order, in any thread, into any counts.
    ///
    /// # Errors
    ///
    /// [`Status::Method`](crate::Status::Method), [`Status::ParameterRange`](crate::Status::ParameterRange) and
    /// [`Status::Combination`](crate::Status::Combination) for the configuration, the last also for counts of another `max_order`;
    /// [`Status::Shape`](crate::Status::Shape) without references, [`Status::NullArgument`](crate::Status::NullArgument) if all are
    /// missing.
    pub fn add<R: Reference<u8>>(
        &mut self,
        config: &BleuConfig,
        hypothesis: impl AsRef<[u8]>,
        references: &[R],
    ) -> Result<()> {
        let (text, list) = (hypothesis.as_ref(), texts(references));
        // SAFETY: the texts have the lengths given.
        self.change(|counts, error| unsafe {
            let (start, bytes) = (text.as_ptr().cast(), text.len() as i64);
            let (first, count) = (list.as_ptr(), list.len() as i64);
            sys::farspan_bleu_add(ptr::null(), &config.to_c(), start, bytes, first, count, counts, error)
        })
    }

    /// The same on token ids of any meaning; the tokenizer and `lowercase` are not read.
    ///
    /// # Errors
    ///
    /// As [`BleuCounts::add`].
    pub fn add_tokens<R: Reference<i64>>(
        &mut self,
        config: &BleuConfig,
        hypothesis: &[i64],
        references: &[R],
    ) -> Result<()> {
        let list = ids(references);
        // SAFETY: the sequences have the lengths given.
        self.change(|counts, error| unsafe {
            let (start, length) = (hypothesis.as_ptr(), hypothesis.len() as i64);
            let (first, count) = (list.as_ptr(), list.len() as i64);
            sys::farspan_bleu_add_tokens(ptr::null(), &config.to_c(), start, length, first, count, counts, error)
        })
    }

    /// Adds what was counted elsewhere with the same `max_order`.
    ///
    /// # Errors
    ///
    /// [`Status::Combination`](crate::Status::Combination) for another `max_order`.
    pub fn merge(&mut self, from: &BleuCounts) -> Result<()> {
        // SAFETY: both are valid for the call.
        self.change(|counts, error| unsafe { sys::farspan_bleu_merge(counts, &from.to_c(), error) })
    }

    /// The score of the corpus, or of one sentence if only that was counted.
    ///
    /// # Errors
    ///
    /// As [`BleuCounts::add`] for the configuration.
    pub fn score(&self, config: &BleuConfig) -> Result<BleuResult> {
        // SAFETY: all are valid for the call.
        BleuResult::filled(|result, error| unsafe {
            sys::farspan_bleu_score(&config.to_c(), &self.to_c(), result, error)
        })
    }
}
