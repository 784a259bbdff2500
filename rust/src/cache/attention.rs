//! Attention over a cache: plans, their runs, and both in one.

use std::sync::atomic::AtomicI32;
use std::sync::{Arc, Weak};

use super::{Cache, CacheBatch, Store};
use crate::arrays::{array, made};
use crate::attention::extras;
use crate::context;
use crate::error::{Error, Result, Status};
use crate::generated::views::AttentionData;
use crate::handle::{owner, Handle};
use crate::{sys, Context, Scheme, Tensor, TensorMut};

/// The attention of the rows of a batch to all cached tokens of their sequences, prepared for all layers.
///
/// It is for its sequences as they are: when one of them has been appended to, has forgotten tokens or has ended, a run is refused
/// until [`CachePlan::advance`].
/// After a [`Cache::write`] it is not, unless a fork has come to share the block since, and other sequences do not matter.
/// Any number of threads may run one at the same time. A run is lent the batch that the plan was made for: so nobody changes its sequences meanwhile.
///
/// ```
/// use farspan::cache::{Cache, CacheBatchMut, CacheConfig};
/// use farspan::{Scheme, Tensor, TensorMut};
///
/// let cache = Cache::new(&CacheConfig { layers: 2, key_heads: 1, head_dim: 4, ..CacheConfig::new() })?;
/// let mut sequence = cache.create_sequence()?;
/// let mut prompt = CacheBatchMut::of_rows(&mut sequence, 3);
/// cache.append(None, &mut prompt, None)?;
/// let (q, kv, mut out) = ([0.0f32; 2 * 3 * 4], [1.0f32; 3 * 4], [0.0f32; 2 * 3 * 4]);
/// let plan = cache.plan(&Scheme::builder().build()?, &prompt, 2).build()?;
/// for layer in 0..2 {
///     let kv = Tensor::contiguous(&kv, [1, 1, 3, 4])?;
///     cache.write(None, layer, &mut prompt, &kv, &kv)?;
///     let shape = [1, 2, 3, 4];
///     plan.run(&prompt, layer, &Tensor::contiguous(&q, shape)?).into(&mut TensorMut::contiguous(&mut out, shape)?)?;
///     assert_eq!(out, [1.0; 2 * 3 * 4]);
/// }
/// # Ok::<(), farspan::Error>(())
/// ```
#[derive(Debug)]
pub struct CachePlan {
    handle: Handle<sys::farspan_cache_plan>,
    /// The cache that C has a pointer to. The plan does not keep it: the sequences that a run is lent do.
    cache: Weak<Store>,
    /// The sequences that C has pointers into.
    ids: Vec<i64>,
    /// A run without a context polls the flag of the context that the plan was made with.
    _cancel: Option<Arc<AtomicI32>>,
}
owner!(CachePlan, farspan_cache_plan, farspan_cache_plan_destroy);

impl CachePlan {
    /// Begins a run over one layer for `q [1, query_heads, rows, head_dim]`, not rotated, of the batch that the plan was made for,
    /// or one of the same sequences in the same order; see [`CacheRun`].
    pub fn run<'a>(&'a self, batch: &'a CacheBatch<'_>, layer: i64, q: &'a Tensor<'_>) -> CacheRun<'a> {
        CacheRun { plan: self, batch, layer, context: None, data: AttentionData::new().q(q) }
    }

    /// Lent the sequences that the plan was made for, so that nobody changes them meanwhile. It keeps its number of rows for each.
    ///
    #[doc = docs!(cache_plan_advance)]
    pub fn advance(&mut self, batch: &CacheBatch<'_>, context: Option<&Context>) -> Result<()> {
        let (store, context) = (self.store_of(batch)?, context::as_c(context));
        // SAFETY: the plan's sequences are those that are lent, so they live and nobody changes them; the plan is borrowed alone.
        store.call(|_, error| unsafe { sys::farspan_cache_plan_advance(context, self.as_c(), error) })
    }

    /// The store of the plan's cache, if it and the plan's sequences are those of the batch.
    fn store_of<'a>(&self, batch: &'a CacheBatch<'_>) -> Result<&'a Store> {
        let wrong = |what: &str| Err(Error::new(Status::Combination, 2, format!("the plan is for {}", what)));
        match batch.store() {
            Some(store) if Weak::as_ptr(&self.cache) != Arc::as_ptr(store) => wrong("another cache"),
            Some(store) if batch.ids() == self.ids => Ok(store),
            _ => wrong("other sequences"),
        }
    }
}

/// What a plan is made of, from [`Cache::plan`].
#[derive(Clone, Copy, Debug)]
#[must_use = "a plan is made by `build`"]
pub struct CachePlanBuilder<'a> {
    cache: &'a Cache,
    scheme: &'a Scheme,
    batch: &'a CacheBatch<'a>,
    query_heads: i64,
    positions: Option<&'a [i64]>,
    length: i64,
    head_offset: i64,
    context: Option<&'a Context>,
}

impl<'a> CachePlanBuilder<'a> {
    /// Positions of the queries, one for each row, 0 .. 2^40 - 1. They need not be in the cache: so parts of one sequence in
    /// several caches can be merged by their log-sum-exps. Without: the rows are the newest tokens of their sequences.
    pub fn positions(mut self, positions: &'a [i64]) -> Self {
        self.positions = Some(positions);
        self
    }

    /// The current length n of dynamic methods; 0, the default: of each sequence its own.
    pub fn length(mut self, length: i64) -> Self {
        self.length = length;
        self
    }

    /// Head 0 is this head of the layer, for the bias and the sink logits; 0 by default.
    pub fn head_offset(mut self, head_offset: i64) -> Self {
        self.head_offset = head_offset;
        self
    }

    /// Threads, instructions and cancellation of the runs.
    pub fn context(mut self, context: &'a Context) -> Self {
        self.context = Some(context);
        self
    }

    #[doc = docs!(cache_plan_create)]
    pub fn build(self) -> Result<CachePlan> {
        let batch = self.batch.to_c(&self.cache.store, 4)?;
        // SAFETY: C writes no more than the size given.
        let mut problem = made(|c, size| unsafe { sys::farspan_cache_problem_init(c, size) });
        (problem.query_heads, problem.length, problem.head_offset) = (self.query_heads, self.length, self.head_offset);
        (problem.positions, problem.positions_count) = array(self.positions);
        let (context, scheme) = (context::as_c(self.context), self.scheme.as_c());
        // SAFETY: the handles are valid, the batch borrows its sequences, and arrays go with their counts.
        let handle = Handle::make(|made, error| {
            self.cache.store.with(|cache| unsafe {
                sys::farspan_cache_plan_create(context, scheme, cache, &batch, &problem, made, error)
            })
        })?;
        Ok(CachePlan {
            handle,
            cache: Arc::downgrade(&self.cache.store),
            ids: self.batch.ids().to_vec(),
            _cancel: self.context.and_then(Context::cancel_flag).cloned(),
        })
    }
}

/// One run of a [`CachePlan`]: out = softmax(logits) v over the cached tokens of a layer.
#[derive(Debug)]
#[must_use = "a run begins with `into`"]
pub struct CacheRun<'a> {
    plan: &'a CachePlan,
    batch: &'a CacheBatch<'a>,
    layer: i64,
    context: Option<&'a Context>,
    data: AttentionData<'a>,
}

impl<'a> CacheRun<'a> {
    extras!(context: "Runs with another context than the plan was made with. Its instruction set is the plan's.");
    extras!(lse: "[query_heads][rows]");
    extras!(workspace);

    #[doc = docs!(cache_run)]
    pub fn into(self, out: &mut TensorMut<'_>) -> Result<()> {
        let store = self.plan.store_of(self.batch)?;
        let (context, data) = (context::as_c(self.context), self.data.out(out));
        // SAFETY: the plan's sequences are those that are lent, so they and their cache live and nobody changes them; the tensors lie
        // within their slices, arrays go with their counts, and no other borrow of what is written exists.
        store.call(|_, error| unsafe {
            sys::farspan_cache_run(context, self.plan.as_c(), self.layer, data.as_c(), error)
        })
    }
}

/// A plan and its run in one, from [`Cache::decode`].
#[derive(Debug)]
#[must_use = "decoding begins with `into`"]
pub struct Decode<'a> {
    cache: &'a Cache,
    scheme: &'a Scheme,
    layer: i64,
    batch: &'a CacheBatch<'a>,
    context: Option<&'a Context>,
    data: AttentionData<'a>,
}

impl<'a> Decode<'a> {
    extras!(context: "Threads, instructions and cancellation.");
    extras!(lse: "[query_heads][rows]");

    #[doc = docs!(attention_decode)]
    pub fn into(self, out: &mut TensorMut<'_>) -> Result<()> {
        let batch = self.batch.to_c(&self.cache.store, 5)?;
        let (context, data) = (context::as_c(self.context), self.data.out(out));
        // SAFETY: the handles are valid, the batch borrows its sequences, the tensors lie within their slices, arrays go with their
        // counts, and no other borrow of what is written exists.
        self.cache.store.call(|cache, error| unsafe {
            sys::farspan_attention_decode(context, self.scheme.as_c(), cache, self.layer, &batch, data.as_c(), error)
        })
    }
}

impl Cache {
    /// Begins a plan for the rows of a batch, under any scheme but one with a dense bias or several position axes. `query_heads`
    /// is a multiple of the cache's key heads.
    pub fn plan<'a>(&'a self, scheme: &'a Scheme, batch: &'a CacheBatch<'a>, query_heads: i64) -> CachePlanBuilder<'a> {
        CachePlanBuilder {
            cache: self,
            scheme,
            batch,
            query_heads,
            positions: None,
            length: 0,
            head_offset: 0,
            context: None,
        }
    }

    /// Begins the attention of the newest tokens of a batch in one layer, `q [1, query_heads, rows, head_dim]`, under a scheme
    /// that may be another than at the last call. For many layers make a [`CachePlan`].
    pub fn decode<'a>(
        &'a self,
        scheme: &'a Scheme,
        layer: i64,
        batch: &'a CacheBatch<'a>,
        q: &'a Tensor<'_>,
    ) -> Decode<'a> {
        Decode { cache: self, scheme, layer, batch, context: None, data: AttentionData::new().q(q) }
    }
}
