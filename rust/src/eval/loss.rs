use std::ptr;

use super::{Loss, LossSummary};
use crate::arrays::array;
use crate::error::check;
use crate::{sys, Error, Result, Status};

impl Loss {
    /// Adds losses in text order; `bytes` is what the scored tokens are in bytes of text (0: unknown). Infinities and NaN are not
    /// skipped: they reach the result.
    ///
    /// # Errors
    ///
    /// [`Status::Shape`] for negative bytes, [`Status::ParameterRange`] for a
    /// `block_tokens` below 1.
    pub fn add(&mut self, nll: &[f64], bytes: i64) -> Result<()> {
        self.add_where(nll, None, 0, bytes)
    }

    /// As [`Loss::add`], without the losses whose target is `ignore_index`.
    ///
    /// # Errors
    ///
    /// As [`Loss::add`]; [`Status::Shape`] if there are fewer targets than losses.
    pub fn add_scored(&mut self, nll: &[f64], targets: &[i64], ignore_index: i64, bytes: i64) -> Result<()> {
        self.add_where(nll, Some(targets), ignore_index, bytes)
    }

    fn add_where(&mut self, nll: &[f64], targets: Option<&[i64]>, ignore_index: i64, bytes: i64) -> Result<()> {
        let ((nll, count), (targets, target_count)) = (array(Some(nll)), array(targets));
        // SAFETY: arrays go with their counts.
        self.change(|loss, error| unsafe {
            let none = ptr::null();
            sys::farspan_loss_add(none, loss, nll, count, targets, target_count, ignore_index, bytes, error)
        })
    }

    /// Adds what was gathered elsewhere with the same `block_tokens`. The open blocks of both become blocks of their own.
    ///
    /// # Errors
    ///
    /// [`Status::Combination`] for other blocks.
    pub fn merge(&mut self, from: &Loss) -> Result<()> {
        // SAFETY: both are valid for the call.
        self.change(|loss, error| unsafe { sys::farspan_loss_merge(loss, &from.to_c(), error) })
    }

    /// The means. Without any token they are NaN.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`] for fields that no losses give.
    pub fn summary(&self) -> Result<LossSummary> {
        // SAFETY: both are valid for the call.
        LossSummary::filled(|summary, error| unsafe { sys::farspan_loss_summarize(&self.to_c(), summary, error) })
    }
}

/// The curve over the context: losses gathered by the number of tokens that the model had read when it made the prediction.
#[derive(Clone, Debug, PartialEq)]
pub struct LossCurve {
    edges: Vec<i64>,
    buckets: Vec<Loss>,
}

impl LossCurve {
    /// A curve whose bucket k takes the losses with `edges[k] <= context < edges[k + 1]`, each gathered as `empty` says.
    ///
    /// # Errors
    ///
    /// [`Status::Positions`] if the edges do not ascend, [`Status::Shape`] if there
    /// are fewer than two.
    pub fn new(edges: &[i64], empty: Loss) -> Result<Self> {
        let mut curve = LossCurve { edges: edges.to_vec(), buckets: vec![empty; edges.len().saturating_sub(1)] };
        curve.add(0, &[])?;
        Ok(curve)
    }

    /// Adds losses: loss n had the context `first_context + n` (for a window: `first_row + 1`). Those outside the edges are left out.
    ///
    /// # Errors
    ///
    /// [`Status::Positions`] for a negative context.
    pub fn add(&mut self, first_context: i64, nll: &[f64]) -> Result<()> {
        self.add_where(first_context, nll, None, 0)
    }

    /// As [`LossCurve::add`], without the losses whose target is `ignore_index`.
    ///
    /// # Errors
    ///
    /// As [`LossCurve::add`]; [`Status::Shape`] if there are fewer targets than losses.
    pub fn add_scored(&mut self, first_context: i64, nll: &[f64], targets: &[i64], ignore_index: i64) -> Result<()> {
        self.add_where(first_context, nll, Some(targets), ignore_index)
    }

    fn add_where(&mut self, first: i64, nll: &[f64], targets: Option<&[i64]>, ignore_index: i64) -> Result<()> {
        // One more than there are, so that the address of no bucket is one of a bucket.
        let mut curve: Vec<_> = self.buckets.iter().map(|bucket| bucket.to_c()).collect();
        curve.push(Loss::new().to_c());
        let (buckets, (edges, edge_count)) = (self.buckets.len() as i64, array(Some(self.edges.as_slice())));
        let ((nll, count), (targets, target_count)) = (array(Some(nll)), array(targets));
        // SAFETY: arrays go with their counts.
        check(|error| unsafe {
            sys::farspan_loss_add_by_context(
                ptr::null(),
                curve.as_mut_ptr(),
                buckets,
                edges,
                edge_count,
                first,
                nll,
                count,
                targets,
                target_count,
                ignore_index,
                error,
            )
        })?;
        for (bucket, sums) in self.buckets.iter_mut().zip(&curve) {
            *bucket = Loss::from_c(sums);
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
