//! Arrays that are shorter than what C would read.

use crate::error::{check_length, Result};
use crate::{BiasConfig, RopeConfig, ScoreConfig};

impl RopeConfig<'_> {
    pub(crate) fn check(&self) -> Result<()> {
        let count = self.pair_factor_count.into();
        check_length(1, "rope.short_factors", self.short_factors, count)?;
        check_length(1, "rope.long_factors", self.long_factors, count)
    }
}

impl BiasConfig<'_> {
    pub(crate) fn check(&self) -> Result<()> {
        let heads = i128::from(self.heads);
        check_length(3, "bias.values", self.values, heads * i128::from(self.buckets))?;
        check_length(3, "bias.a", self.a, heads)?;
        check_length(3, "bias.p", self.p, heads)
    }
}

impl ScoreConfig<'_> {
    pub(crate) fn check(&self) -> Result<()> {
        check_length(5, "score.sinks", self.sinks, self.sink_heads.into())
    }
}
