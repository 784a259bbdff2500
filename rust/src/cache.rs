//! Keys and values of many sequences for decoding, without their positions: keys are rotated when they are read.
//!
//! Every scheme is therefore right on every cache: dynamic frequencies at the current length, remaps, a switch of scheme in
//! mid-sequence, eviction in the middle.
//!
//! ```
//! use farspan::cache::{Cache, CacheBatchMut, CacheConfig};
//! use farspan::{Layout, RopeConfig, RopeMethod, Scheme, Tensor, TensorMut};
//!
//! let rope = RopeConfig { layout: Layout::HALF, rotary_dim: 16, ..RopeConfig::new(RopeMethod::BASE) };
//! let scheme = Scheme::builder().rope(&rope).build()?;
//! let cache = Cache::new(&CacheConfig { key_heads: 2, head_dim: 16, ..CacheConfig::new() })?;
//! let mut sequence = cache.create_sequence()?;
//! let mut newest = CacheBatchMut::of_rows(&mut sequence, 1);
//! let mut out = [0.0f32; 4 * 16];
//! for token in 0..100 {
//!     let (q, kv) = ([0.5f32; 4 * 16], [token as f32; 2 * 16]); // of the model's projections
//!     let kv = Tensor::contiguous(&kv, [1, 2, 1, 16])?;
//!     cache.append(&mut newest, None)?;
//!     cache.write(None, 0, &mut newest, &kv, &kv)?;
//!     cache
//!         .decode(&scheme, 0, &newest, &Tensor::contiguous(&q, [1, 4, 1, 16])?)
//!         .into(&mut TensorMut::contiguous(&mut out, [1, 4, 1, 16])?)?;
//! }
//! assert_eq!(sequence.info()?.tokens, 100);
//! # Ok::<(), farspan::Error>(())
//! ```
//!
//! Many threads may do this at the same time on one [`Cache`], each with sequences of its own.

mod attention;
mod batch;
mod sequence;

use std::ptr::{self, NonNull};
use std::sync::{Arc, PoisonError, RwLock};

pub use crate::generated::cache_structs::*;
pub use attention::{CachePlan, CachePlanBuilder, CacheRun, Decode};
pub use batch::{CacheBatch, CacheBatchMut};
pub use sequence::Sequence;

use crate::arrays::array;
use crate::context;
use crate::error::{check, Result};
use crate::{sys, Context, Tensor};

/// The C object. The cache and its sequences keep it; plans only know it again.
#[derive(Debug)]
struct Store {
    handle: NonNull<sys::farspan_cache>,
    /// Every call goes on beside every other, but for one that ends all sequences. That no two calls use one sequence, of which
    /// one changes it, is what the borrows of [`Sequence`] make sure of.
    turns: RwLock<()>,
}

// SAFETY: the header allows calls from any thread.
unsafe impl Send for Store {}
// SAFETY: the header allows calls at the same time but for those that the lock and the borrows of sequences keep apart.
unsafe impl Sync for Store {}

impl Store {
    /// A call of C that may go on beside others.
    fn call(
        &self,
        call: impl FnOnce(*mut sys::farspan_cache, *mut sys::farspan_error) -> sys::farspan_status,
    ) -> Result<()> {
        let _turn = self.turns.read().unwrap_or_else(PoisonError::into_inner);
        check(|error| call(self.handle.as_ptr(), error))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: the handle is valid and no borrow of it is left.
        unsafe { sys::farspan_cache_destroy(self.handle.as_ptr()) }
    }
}

/// Keys and values of many sequences; see the [module](self).
///
/// A sequence is a set of tokens, each at a position that it keeps; positions only grow. Tokens lie in blocks of 64 positions,
/// which forks share until one of them writes.
///
/// # Threads
///
/// Many threads may use one cache at the same time, each with its own sequences: what these share, the cache synchronises. What
/// changes a [`Sequence`] borrows it exclusively, so no two threads can do that, nor one while another reads it:
///
/// ```
/// use farspan::cache::{Cache, CacheBatchMut, CacheConfig};
///
/// let cache = Cache::new(&CacheConfig { key_heads: 2, head_dim: 16, ..CacheConfig::new() })?;
/// std::thread::scope(|scope| {
///     for tokens in 1..5 {
///         let cache = &cache;
///         scope.spawn(move || -> farspan::Result<()> {
///             let mut sequence = cache.create_sequence()?;
///             cache.append(&mut CacheBatchMut::of_rows(&mut sequence, tokens), None)?;
///             assert_eq!(sequence.info()?.tokens, tokens);
///             Ok(())
///         });
///     }
/// });
/// # Ok::<(), farspan::Error>(())
/// ```
///
/// ```compile_fail,E0502
/// # use farspan::cache::{Cache, CacheBatchMut};
/// # use farspan::{Scheme, Tensor};
/// fn change_while_decoding(cache: &Cache, scheme: &Scheme, mut batch: CacheBatchMut<'_>, q: &Tensor<'_>) {
///     let run = cache.decode(scheme, 0, &batch, q);
///     cache.append(&mut batch, None).unwrap();
///     drop(run);
/// }
/// ```
///
/// Only [`Cache::clear`] waits for the calls that are inside, and keeps others waiting.
#[derive(Debug)]
pub struct Cache {
    store: Arc<Store>,
}

impl Cache {
    /// Makes a cache without sequences.
    ///
    /// # Errors
    ///
    /// [`Status::Shape`](crate::Status::Shape) and [`Status::Dtype`](crate::Status::Dtype) for what does not fit,
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) for a negative memory limit.
    pub fn new(config: &CacheConfig) -> Result<Self> {
        let mut handle = ptr::null_mut();
        // SAFETY: the struct is valid.
        check(|error| unsafe { sys::farspan_cache_create(&config.to_c(), &mut handle, error) })?;
        let handle = NonNull::new(handle).expect("a cache was made");
        Ok(Cache { store: Arc::new(Store { handle, turns: RwLock::new(()) }) })
    }

    /// Begins a sequence without tokens.
    ///
    /// # Errors
    ///
    /// [`Status::OutOfMemory`](crate::Status::OutOfMemory).
    pub fn create_sequence(&self) -> Result<Sequence> {
        // SAFETY: the handle is valid, here and in all functions.
        self.make(|cache, made, error| unsafe { sys::farspan_cache_sequence_create(cache, made, error) })
    }

    fn make(
        &self,
        call: impl FnOnce(*mut sys::farspan_cache, *mut i64, *mut sys::farspan_error) -> sys::farspan_status,
    ) -> Result<Sequence> {
        Sequence::make(&self.store, call)
    }

    /// Ends all sequences and gives the memory back to the system. What is called on one of them afterwards is refused. Waits for
    /// the calls of other threads on this cache, and keeps others waiting.
    pub fn clear(&self) -> Result<()> {
        let _alone = self.store.turns.write().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: no other call is inside.
        check(|error| unsafe { sys::farspan_cache_clear(self.store.handle.as_ptr(), error) })
    }

    /// What the cache holds.
    pub fn statistics(&self) -> Result<CacheStatistics> {
        let mut answer = CacheStatistics::empty();
        // SAFETY: C writes the struct only.
        self.store.call(|cache, error| unsafe { sys::farspan_cache_get_statistics(cache, &mut answer, error) })?;
        Ok(CacheStatistics::from_c(&answer))
    }

    /// Makes room for the rows of the batch as new tokens, in all layers: for all of them, or for none. Their content is 0 until
    /// it is written. `positions` has one entry for each row, growing within a sequence, above its newest token's and below
    /// 2^40; `None`: the next ones.
    ///
    /// # Errors
    ///
    /// [`Status::OutOfMemory`](crate::Status::OutOfMemory) if the memory limit does not allow it,
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) for a sequence that has ended,
    /// [`Status::Combination`](crate::Status::Combination) for one of another cache, [`Status::Shape`](crate::Status::Shape)
    /// for offsets and short arrays, [`Status::Positions`](crate::Status::Positions).
    pub fn append(&self, batch: &mut CacheBatchMut<'_>, positions: Option<&[i64]>) -> Result<()> {
        let rows = batch.to_c(&self.store, 3)?;
        let (positions, count) = array(positions);
        // SAFETY: the batch borrows its sequences exclusively; arrays go with their counts.
        self.store.call(|cache, error| unsafe {
            sys::farspan_cache_append(ptr::null(), cache, &rows, positions, count, error)
        })
    }

    /// Stores the keys `k [1, key_heads, rows, head_dim]`, not rotated, and the values `v [1, key_heads, rows, value_dim]` of the
    /// newest tokens of each sequence in one layer, rounded to the cache's type.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) for the layer or a sequence that has ended,
    /// [`Status::Combination`](crate::Status::Combination) for one of another cache, [`Status::Shape`](crate::Status::Shape).
    pub fn write(
        &self,
        context: Option<&Context>,
        layer: i64,
        batch: &mut CacheBatchMut<'_>,
        k: &Tensor<'_>,
        v: &Tensor<'_>,
    ) -> Result<()> {
        let (rows, context) = (batch.to_c(&self.store, 4)?, context::as_c(context));
        // SAFETY: as in `append`; the tensors lie within their slices.
        self.store.call(|cache, error| unsafe {
            sys::farspan_cache_write(context, cache, layer, &rows, k.as_c(), v.as_c(), error)
        })
    }

    /// Makes a new sequence of what [`Sequence::save`] gave, in a cache of the same type, layers, heads and sizes.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if the bytes are damaged or foreign,
    /// [`Status::Shape`](crate::Status::Shape) for a cache of another shape,
    /// [`Status::OutOfMemory`](crate::Status::OutOfMemory). Nothing has changed then.
    pub fn restore(&self, saved: &[u8]) -> Result<Sequence> {
        // SAFETY: C reads no more than the slice.
        self.make(|cache, made, error| unsafe {
            sys::farspan_cache_restore(ptr::null(), cache, saved.as_ptr().cast(), saved.len() as i64, made, error)
        })
    }
}
