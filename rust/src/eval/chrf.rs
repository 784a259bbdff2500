use super::counter;
use super::text::{Reference, References};
use crate::config::config;
use crate::error::check;
use crate::{sys, Result};

config! {
    /// How chrF is computed. Equal to sacrebleu's with the same options.
    ChrfConfig = farspan_chrf_config by farspan_chrf_config_init() {
        /// N-grams of characters up to this order.
        char_order: i32,
        /// N-grams of words up to this order; 2 is chrF++. Both orders together are at most 16.
        word_order: i32,
        /// Compare lower case.
        lowercase: bool,
        /// White space counts as characters.
        whitespace: bool,
        /// Orders that either text is too short for count as 0, instead of being left out.
        every_order: bool,
        /// How much more recall weighs than precision.
        beta: f64,
    }
}

counter! {
    /// What chrF knows of a corpus: plain data of fixed size.
    ///
    /// ```
    /// use farspan::eval::{ChrfConfig, ChrfCounts};
    ///
    /// let config = ChrfConfig { word_order: 2, ..ChrfConfig::new() }; // chrF++
    /// let mut counts = ChrfCounts::new();
    /// counts.add(&config, "Die Katze saß auf der Matte.", &["Die Katze saß auf der Matte."])?;
    /// assert!((counts.score(&config)? - 100.0).abs() < 1e-9);
    /// # Ok::<(), farspan::Error>(())
    /// ```
    ChrfCounts = farspan_chrf_counts by farspan_chrf_counts_init {
        /// Orders of characters and words that counted; 0 before the first segment.
        orders: i32,
        /// Counted so far.
        segments: i64,
        /// N-grams of the hypotheses, orders of characters first.
        hypothesis: [i64; 16],
        /// Those of the references.
        reference: [i64; 16],
        /// Those in both.
        matches: [i64; 16],
    }
}

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
        let (text, list) = (hypothesis.as_ref(), References::new(references));
        // SAFETY: the texts have the lengths given.
        self.change(|counts, error| unsafe {
            let (start, bytes) = (text.as_ptr().cast(), text.len() as i64);
            let (starts, lengths) = (list.starts(), list.lengths());
            sys::farspan_chrf_add(&config.to_c(), start, bytes, starts, lengths, list.count(), counts, error)
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
