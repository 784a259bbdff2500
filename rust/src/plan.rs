use std::sync::atomic::AtomicI32;
use std::sync::Arc;

use crate::context;
use crate::error::{check, Result};
use crate::handle::{owner, Handle};
#[cfg(doc)]
use crate::Status;
use crate::{sys, Context, Problem, Scheme};

/// Everything about an attention that does not depend on the data: made once, run often.
///
/// Immutable: any number of threads may run one at the same time, each with a workspace of its own:
///
/// ```compile_fail,E0499
/// # use farspan::{Plan, Tensor};
/// fn two_runs(plan: &Plan, q: &Tensor<'_>, workspace: &mut [u8]) {
///     let first = plan.run(q, q, q).workspace(workspace);
///     let second = plan.run(q, q, q).workspace(workspace);
///     drop((first, second));
/// }
/// ```
#[derive(Debug)]
pub struct Plan {
    handle: Handle<sys::farspan_plan>,
    /// A run without a context polls the flag of the context that the plan was made with.
    _cancel: Option<Arc<AtomicI32>>,
}
owner!(Plan, farspan_plan, farspan_plan_destroy);

/// How the work of a plan divides, for one batch and head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileCounts {
    /// Tiles that no query sees.
    pub skipped: i64,
    /// Tiles that are wholly visible.
    pub whole: i64,
    /// Tiles on a mask's edge.
    pub edge: i64,
    /// Of the last two, those crossed by a branch boundary.
    pub crossed: i64,
}

impl Plan {
    /// Prepares rotation tables, bias tables, intervals and tiles. Memory grows linearly with queries + keys.
    ///
    /// # Errors
    ///
    /// [`Status::Shape`] for sizes and short arrays, [`Status::HeadGroups`], [`Status::Positions`], [`Status::Combination`],
    /// [`Status::NullArgument`] for missing axis positions or offsets.
    pub fn new(context: Option<&Context>, scheme: &Scheme, problem: &Problem<'_>) -> Result<Self> {
        // SAFETY: the handles are valid and the arrays of the problem are as long as their counts say.
        let handle = Handle::make(|made, error| unsafe {
            sys::farspan_plan_create(context::as_c(context), scheme.as_c(), &problem.to_c(), made, error)
        })?;
        Ok(Plan { handle, _cancel: context.and_then(Context::cancel_flag).cloned() })
    }

    /// How the work divides.
    ///
    /// # Errors
    ///
    /// [`Status::OutOfMemory`].
    pub fn tile_counts(&self) -> Result<TileCounts> {
        let mut counts = [0i64; 4];
        // SAFETY: the handle is valid and the array has four entries.
        check(|error| unsafe { sys::farspan_plan_tile_counts(self.as_c(), counts.as_mut_ptr(), error) })?;
        let [skipped, whole, edge, crossed] = counts;
        Ok(TileCounts { skipped, whole, edge, crossed })
    }
}
