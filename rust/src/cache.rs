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
//!     cache.append(None, &mut newest, None)?;
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

use std::sync::{Arc, PoisonError, RwLock};

pub use crate::generated::cache_structs::*;
pub use attention::{CachePlan, CachePlanBuilder, CacheRun, Decode};
pub use batch::{CacheBatch, CacheBatchMut};
pub use sequence::Sequence;

use crate::error::{check, Result};
use crate::handle::{owner, Handle};
use crate::sys;

/// The C object. The cache and its sequences keep it; plans only know it again.
#[derive(Debug)]
pub(crate) struct Store {
    handle: Handle<sys::farspan_cache>,
    /// Every call goes on beside every other, but for one that ends all sequences. That no two calls use one sequence, of which
    /// one changes it, is what the borrows of [`Sequence`] make sure of.
    turns: RwLock<()>,
}
owner!(Store, farspan_cache, farspan_cache_destroy);

impl Store {
    /// A call of C that may go on beside others.
    pub(crate) fn with<T>(&self, call: impl FnOnce(*mut sys::farspan_cache) -> T) -> T {
        let _turn = self.turns.read().unwrap_or_else(PoisonError::into_inner);
        call(self.as_c())
    }

    /// The same for one that may fail.
    pub(crate) fn call(
        &self,
        call: impl FnOnce(*mut sys::farspan_cache, *mut sys::farspan_error) -> sys::farspan_status,
    ) -> Result<()> {
        check(|error| self.with(|cache| call(cache, error)))
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
///             cache.append(None, &mut CacheBatchMut::of_rows(&mut sequence, tokens), None)?;
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
///     cache.append(None, &mut batch, None).unwrap();
///     drop(run);
/// }
/// ```
///
/// Only [`Cache::clear`] waits for the calls that are inside, and keeps others waiting.
#[derive(Debug)]
pub struct Cache {
    pub(crate) store: Arc<Store>,
}

impl Cache {
    #[doc = docs!(cache_create)]
    pub fn new(config: &CacheConfig) -> Result<Self> {
        // SAFETY: the struct is valid.
        let handle = Handle::make(|made, error| unsafe { sys::farspan_cache_create(&config.to_c(), made, error) })?;
        Ok(Cache { store: Arc::new(Store { handle, turns: RwLock::new(()) }) })
    }

    #[doc = docs!(cache_clear)]
    ///
    /// Waits for the calls of other threads on this cache, and keeps others waiting.
    pub fn clear(&self) -> Result<()> {
        let _alone = self.store.turns.write().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: no other call is inside.
        check(|error| unsafe { sys::farspan_cache_clear(self.store.as_c(), error) })
    }
}
