use std::ptr;

use crate::context;
use crate::error::{check, Result};
use crate::{sys, Context, Plan, Scheme, Tensor, TensorMut};

/// One run of a [`Plan`], from [`Plan::run`]: out = softmax(logits) v.
///
/// Element types may be mixed; arithmetic and accumulation are f32. A query that sees no key gives 0 and lse = -infinity (with a
/// sink: 0 and lse = sink). For one instruction set, the bits do not depend on the number of threads.
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
    q: &'a sys::farspan_tensor,
    k: &'a sys::farspan_tensor,
    v: &'a sys::farspan_tensor,
    bias: Option<&'a sys::farspan_tensor>,
    lse: Option<&'a mut [f32]>,
    workspace: Option<&'a mut [u8]>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        plan: &'a Plan,
        q: &'a sys::farspan_tensor,
        k: &'a sys::farspan_tensor,
        v: &'a sys::farspan_tensor,
    ) -> Self {
        Run { plan, context: None, q, k, v, bias: None, lse: None, workspace: None }
    }

    /// Runs with another context than the plan was made with. Its instruction set is the plan's.
    pub fn context(mut self, context: &'a Context) -> Self {
        self.context = Some(context);
        self
    }

    /// The dense bias of a scheme that has one: `[batch or 1, query_heads or 1, queries, keys]`; -infinity hides a key.
    pub fn bias(mut self, bias: &'a Tensor<'_>) -> Self {
        self.bias = Some(bias.as_c());
        self
    }

    /// Where to write ln(sum of exp(logit)), sinks included: `[batch][query_heads][queries]`.
    pub fn lse(mut self, lse: &'a mut [f32]) -> Self {
        self.lse = Some(lse);
        self
    }

    /// Scratch of at least [`Plan::workspace_size`] bytes, for a run that does not allocate.
    pub fn workspace(mut self, workspace: &'a mut [u8]) -> Self {
        self.workspace = Some(workspace);
        self
    }

    /// Runs, and writes `out [batch, query_heads, queries, value_dim]`.
    ///
    /// # Errors
    ///
    /// [`Status::Shape`](crate::Status::Shape) if a tensor does not fit the plan or `lse` is too short,
    /// [`Status::Stride`](crate::Status::Stride) if `out` overlaps itself,
    /// [`Status::Combination`](crate::Status::Combination) for a bias that the scheme does not have,
    /// [`Status::NullArgument`](crate::Status::NullArgument) for one that it has and was not given,
    /// [`Status::WorkspaceSize`](crate::Status::WorkspaceSize), [`Status::Cancelled`](crate::Status::Cancelled),
    /// [`Status::OutOfMemory`](crate::Status::OutOfMemory).
    pub fn into(self, out: &mut TensorMut<'_>) -> Result<()> {
        let mut data = data(self.q, self.k, self.v, out.as_c());
        data.bias = self.bias.map_or(ptr::null(), |bias| bias);
        if let Some(lse) = self.lse {
            data.lse = lse.as_mut_ptr();
            data.lse_count = lse.len() as i64;
        }
        if let Some(bytes) = self.workspace {
            data.workspace = bytes.as_mut_ptr().cast();
            data.workspace_bytes = bytes.len() as i64;
        }
        // SAFETY: the handles are valid, the tensors lie within their slices, lse and the workspace are as long as their counts
        // say, and no other borrow of what is written exists.
        check(|error| unsafe {
            sys::farspan_attention_run(context::as_c(self.context), self.plan.as_c(), &data, error)
        })
    }
}

impl Scheme {
    /// Plans and runs in one call, with the problem read off the tensors and default positions. A scheme with a dense bias needs
    /// a [`Plan`].
    ///
    /// # Errors
    ///
    /// As [`Plan::new`] and [`Run::into`].
    pub fn attention(
        &self,
        context: Option<&Context>,
        q: &Tensor<'_>,
        k: &Tensor<'_>,
        v: &Tensor<'_>,
        out: &mut TensorMut<'_>,
    ) -> Result<()> {
        // SAFETY: the handles are valid and the tensors lie within their slices.
        check(|error| unsafe {
            let data = data(q.as_c(), k.as_c(), v.as_c(), out.as_c());
            sys::farspan_attention(context::as_c(context), self.as_c(), &data, error)
        })
    }
}

/// Merges a partial result over other keys into `(out_a, lse_a)`: L = ln(e^lse_a + e^lse_b),
/// out_a = e^(lse_a - L) out_a + e^(lse_b - L) out_b, lse_a = L.
///
/// Both outputs are `[batch, heads, queries, value_dim]`, both lse `[batch][heads][queries]`. Give a sink to one part only.
///
/// # Errors
///
/// [`Status::Shape`](crate::Status::Shape), [`Status::Stride`](crate::Status::Stride).
pub fn attention_merge(out_a: &mut TensorMut<'_>, lse_a: &mut [f32], out_b: &Tensor<'_>, lse_b: &[f32]) -> Result<()> {
    // SAFETY: the tensors lie within their slices and both lse are as long as their counts say.
    check(|error| unsafe {
        sys::farspan_attention_merge(
            ptr::null(),
            out_a.as_c(),
            lse_a.as_mut_ptr(),
            lse_a.len() as i64,
            out_b.as_c(),
            lse_b.as_ptr(),
            lse_b.len() as i64,
            error,
        )
    })
}

fn data(
    q: &sys::farspan_tensor,
    k: &sys::farspan_tensor,
    v: &sys::farspan_tensor,
    out: &sys::farspan_tensor,
) -> sys::farspan_attention_data {
    // SAFETY: zeros are a value of this plain struct, and init writes all of it.
    let mut data = unsafe {
        let mut data: sys::farspan_attention_data = std::mem::zeroed();
        sys::farspan_attention_data_init(&mut data, std::mem::size_of_val(&data));
        data
    };
    data.q = q;
    data.k = k;
    data.v = v;
    data.out = out;
    data
}
