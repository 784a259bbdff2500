use std::ptr::{self, NonNull};
use std::sync::atomic::AtomicI32;
use std::sync::Arc;

use crate::context;
use crate::error::{check, Result};
#[cfg(doc)]
use crate::Status;
use crate::{sys, Context, Problem, Run, Scheme, Tensor};

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
    handle: NonNull<sys::farspan_plan>,
    /// A run without a context polls the flag of the context that the plan was made with.
    _cancel: Option<Arc<AtomicI32>>,
}

// SAFETY: the header promises that plans are immutable and may be used by any number of threads.
unsafe impl Send for Plan {}
// SAFETY: as above.
unsafe impl Sync for Plan {}

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
        let mut handle = ptr::null_mut();
        // SAFETY: the handles are valid and the arrays of the problem are as long as their counts say.
        check(|error| unsafe {
            sys::farspan_plan_create(context::as_c(context), scheme.as_c(), &problem.to_c(), &mut handle, error)
        })?;
        Ok(Plan {
            handle: NonNull::new(handle).expect("a plan was made"),
            _cancel: context.and_then(Context::cancel_flag).cloned(),
        })
    }

    /// Bytes of scratch that one run needs.
    #[inline]
    pub fn workspace_size(&self) -> usize {
        // SAFETY: the handle is valid.
        unsafe { sys::farspan_plan_workspace_size(self.as_c()) }
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

    /// Begins a run over `q [batch, query_heads, queries, head_dim]`, `k [batch, key_heads, keys, head_dim]` and
    /// `v [batch, key_heads, keys, value_dim]`; see [`Run`].
    pub fn run<'a>(&'a self, q: &'a Tensor<'_>, k: &'a Tensor<'_>, v: &'a Tensor<'_>) -> Run<'a> {
        Run::new(self, q.as_c(), k.as_c(), v.as_c())
    }

    pub(crate) fn as_c(&self) -> *const sys::farspan_plan {
        self.handle.as_ptr()
    }
}

impl Drop for Plan {
    fn drop(&mut self) {
        // SAFETY: the handle is valid and no borrow of it is left.
        unsafe { sys::farspan_plan_destroy(self.handle.as_ptr()) }
    }
}
