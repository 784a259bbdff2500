use std::sync::atomic::AtomicI32;
use std::sync::Arc;

use crate::context::as_c;
use crate::error::{check, Result};
use crate::generated::views::AttentionData;
use crate::handle::{owner, Handle};
use crate::{sys, Context, Problem, Scheme, Tensor, TensorMut};

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

impl Plan {
    #[doc = docs!(plan_create)]
    pub fn new(context: Option<&Context>, scheme: &Scheme, problem: &Problem<'_>) -> Result<Self> {
        // SAFETY: the handles are valid and the arrays of the problem are as long as their counts say.
        let handle = Handle::make(|made, error| unsafe {
            sys::farspan_plan_create(as_c(context), scheme.as_c(), &problem.to_c(), made, error)
        })?;
        Ok(Plan { handle, _cancel: context.and_then(Context::cancel_flag).cloned() })
    }
    /// Begins a run over `q [batch, query_heads, queries, head_dim]`, `k [batch, key_heads, keys, head_dim]` and
    /// `v [batch, key_heads, keys, value_dim]`; see [`Run`].
    pub fn run<'a>(&'a self, q: &'a Tensor<'_>, k: &'a Tensor<'_>, v: &'a Tensor<'_>) -> Run<'a> {
        Run { plan: self, context: None, data: AttentionData::new().q(q).k(k).v(v) }
    }
}

/// The setters of a run.
macro_rules! extras {
    (context: $doc:literal) => {
        #[doc = $doc]
        pub fn context(mut self, context: &'a Context) -> Self {
            self.context = Some(context);
            self
        }
    };
    (lse: $shape:literal) => {
        #[doc = concat!("Where to write ln(sum of exp(logit)), sinks included: `", $shape, "`.")]
        pub fn lse(mut self, lse: &'a mut [f32]) -> Self {
            self.data = self.data.lse(lse);
            self
        }
    };
    (workspace) => {
        /// Scratch of at least the plan's `workspace_size` bytes, for a run that does not allocate.
        pub fn workspace(mut self, workspace: &'a mut [u8]) -> Self {
            self.data = self.data.workspace(workspace);
            self
        }
    };
}
pub(crate) use extras;

/// One run of a [`Plan`], from [`Plan::run`]: out = softmax(logits) v.
///
/// Element types may be mixed.
///
/// ```
/// use farspan::{Plan, Problem, Scheme, Tensor, TensorMut};
///
/// let scheme = Scheme::builder().build()?; // causal, no positions
/// let problem = Problem { query_heads: 1, key_heads: 1, queries: 2, keys: 2, head_dim: 2, ..Problem::new() };
/// let plan = Plan::new(None, &scheme, &problem)?;
///
/// let (q, k, v) = ([0.0f32; 4], [0.0f32; 4], [1.0f32, 2.0, 3.0, 4.0]);
/// let shape = [1, 1, 2, 2];
/// let (mut out, mut lse) = ([0.0f32; 4], [0.0f32; 2]);
/// let mut workspace = vec![0; plan.workspace_size()];
/// plan.run(&Tensor::contiguous(&q, shape)?, &Tensor::contiguous(&k, shape)?, &Tensor::contiguous(&v, shape)?)
///     .lse(&mut lse)
///     .workspace(&mut workspace)
///     .into(&mut TensorMut::contiguous(&mut out, shape)?)?;
/// assert_eq!(out, [1.0, 2.0, 2.0, 3.0]); // the first query sees one key, the second both
/// assert_eq!(lse[0], 0.0);
/// # Ok::<(), farspan::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a run begins with `into`"]
pub struct Run<'a> {
    plan: &'a Plan,
    context: Option<&'a Context>,
    data: AttentionData<'a>,
}

impl<'a> Run<'a> {
    extras!(context: "Runs with another context than the plan was made with. Its instruction set is the plan's.");
    extras!(lse: "[batch][query_heads][queries]");
    extras!(workspace);

    /// The dense bias of a scheme that has one: `[batch or 1, query_heads or 1, queries, keys]`; -infinity hides a key.
    pub fn bias(mut self, bias: &'a Tensor<'_>) -> Self {
        self.data = self.data.bias(bias);
        self
    }

    #[doc = docs!(attention_run)]
    pub fn into(self, out: &mut TensorMut<'_>) -> Result<()> {
        let (context, data) = (as_c(self.context), self.data.out(out));
        // SAFETY: the handles are valid, the tensors lie within their slices, lse and the workspace are as long as their counts
        // say, and no other borrow of what is written exists.
        check(|error| unsafe { sys::farspan_attention_run(context, self.plan.as_c(), data.as_c(), error) })
    }
}

impl Scheme {
    #[doc = docs!(attention)]
    pub fn attention(
        &self,
        context: Option<&Context>,
        q: &Tensor<'_>,
        k: &Tensor<'_>,
        v: &Tensor<'_>,
        out: &mut TensorMut<'_>,
    ) -> Result<()> {
        let data = AttentionData::new().q(q).k(k).v(v).out(out);
        // SAFETY: the handles are valid and the tensors lie within their slices.
        check(|error| unsafe { sys::farspan_attention(as_c(context), self.as_c(), data.as_c(), error) })
    }
}
