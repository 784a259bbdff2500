use super::Loss;
use crate::arrays::array;
use crate::context::as_c;
use crate::error::check;
use crate::{sys, Context, Error, Result, Status};

impl Loss {
    /// [`Loss::add_scored`] of losses that all count.
    pub fn add(&mut self, context: Option<&Context>, nll: &[f64], bytes: i64) -> Result<()> {
        self.add_where(context, nll, None, bytes)
    }

    #[doc = docs!(loss_add)]
    pub fn add_scored(
        &mut self,
        context: Option<&Context>,
        nll: &[f64],
        targets: &[i64],
        ignore_index: i64,
        bytes: i64,
    ) -> Result<()> {
        self.add_where(context, nll, Some((targets, ignore_index)), bytes)
    }

    fn add_where(&mut self, context: Option<&Context>, nll: &[f64], scored: Scored<'_>, bytes: i64) -> Result<()> {
        let ((nll, count), (targets, targets_count, ignored)) = (array(Some(nll)), of(scored));
        // SAFETY: arrays go with their counts.
        self.change(|loss, error| unsafe {
            sys::farspan_loss_add(as_c(context), loss, nll, count, targets, targets_count, ignored, bytes, error)
        })
    }
}

/// The targets of losses, and the one that leaves a loss out.
type Scored<'a> = Option<(&'a [i64], i64)>;

fn of(scored: Scored<'_>) -> (*const i64, i64, i64) {
    let (targets, count) = array(scored.map(|given| given.0));
    (targets, count, scored.map_or(0, |given| given.1))
}

/// The curve over the context: losses gathered by the number of tokens that the model had read when it made the prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct LossCurve {
    edges: Vec<i64>,
    buckets: Vec<Loss>,
}

impl LossCurve {
    /// A curve whose bucket k takes the losses with `edges[k] <= context < edges[k + 1]`, each gathered as `empty` says.
    /// Errors are those of [`LossCurve::add_scored`].
    pub fn new(edges: &[i64], empty: Loss) -> Result<Self> {
        let mut curve = LossCurve { edges: edges.to_vec(), buckets: vec![empty; edges.len().saturating_sub(1)] };
        curve.add(None, 0, &[])?;
        Ok(curve)
    }

    /// [`LossCurve::add_scored`] of losses that all count.
    pub fn add(&mut self, context: Option<&Context>, first_context: i64, nll: &[f64]) -> Result<()> {
        self.add_where(context, first_context, nll, None)
    }

    #[doc = docs!(loss_add_by_context)]
    pub fn add_scored(
        &mut self,
        context: Option<&Context>,
        first_context: i64,
        nll: &[f64],
        targets: &[i64],
        ignore_index: i64,
    ) -> Result<()> {
        self.add_where(context, first_context, nll, Some((targets, ignore_index)))
    }

    fn add_where(&mut self, context: Option<&Context>, first: i64, nll: &[f64], scored: Scored<'_>) -> Result<()> {
        // One more than there are, so that the address of no bucket is one of a bucket.
        let mut curve: Vec<_> = self.buckets.iter().map(|bucket| bucket.to_c()).collect();
        curve.push(Loss::new().to_c());
        let (context, buckets, buckets_count) = (as_c(context), curve.as_mut_ptr(), self.buckets.len() as i64);
        let ((edges, edges_count), (nll, count)) = (array(Some(&self.edges[..])), array(Some(nll)));
        let (targets, targets_count, ignored) = of(scored);
        // SAFETY: arrays go with their counts.
        #[rustfmt::skip]
        check(|error| unsafe {
            sys::farspan_loss_add_by_context(
                context, buckets, buckets_count, edges, edges_count, first, nll, count, targets, targets_count, ignored, error,
            )
        })?;
        for (bucket, sums) in self.buckets.iter_mut().zip(&curve) {
            // SAFETY: it has no arrays.
            *bucket = unsafe { Loss::from_c(sums) };
        }
        Ok(())
    }

    /// Adds a curve with the same edges that was gathered elsewhere.
    ///
    /// # Errors
    ///
    /// [`Status::Combination`] for other edges or blocks.
    pub fn merge(&mut self, from: &LossCurve) -> Result<()> {
        if self.edges != from.edges {
            return Err(Error::new(Status::Combination, 2, "from has other edges".to_owned()));
        }
        let mut merged = self.buckets.clone();
        for (bucket, other) in merged.iter_mut().zip(&from.buckets) {
            bucket.merge(other)?;
        }
        self.buckets = merged;
        Ok(())
    }

    /// The bounds of the buckets.
    pub fn edges(&self) -> &[i64] {
        &self.edges
    }

    /// The losses of each bucket.
    pub fn buckets(&self) -> &[Loss] {
        &self.buckets
    }
}
