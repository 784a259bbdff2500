//! Keys and values of many sequences for decoding, without their positions: keys are rotated when they are read.
//!
//! Every scheme is therefore right on every cache: dynamic frequencies at the current length, remaps, a switch of scheme in
//! mid-sequence, eviction in the middle.
//!
//! ```
//! use farspan::cache::{Cache, CacheBatch, CacheConfig};
//! use farspan::{Layout, RopeConfig, RopeMethod, Scheme, Tensor, TensorMut};
//!
//! let rope = RopeConfig { layout: Layout::HALF, rotary_dim: 16, ..RopeConfig::new(RopeMethod::BASE) };
//! let scheme = Scheme::builder().rope(&rope).build()?;
//! let mut cache = Cache::new(&CacheConfig { key_heads: 2, head_dim: 16, ..CacheConfig::new() })?;
//! let sequence = [cache.create_sequence()?];
//! let newest = CacheBatch::one_row_each(&sequence);
//! let mut out = [0.0f32; 4 * 16];
//! for token in 0..100 {
//!     let (q, kv) = ([0.5f32; 4 * 16], [token as f32; 2 * 16]); // of the model's projections
//!     let kv = Tensor::contiguous(&kv, [1, 2, 1, 16])?;
//!     cache.append(&newest, None)?;
//!     cache.write(None, 0, &newest, &kv, &kv)?;
//!     cache
//!         .decode(&scheme, 0, &newest, &Tensor::contiguous(&q, [1, 4, 1, 16])?)
//!         .into(&mut TensorMut::contiguous(&mut out, [1, 4, 1, 16])?)?;
//! }
//! assert_eq!(cache.sequence_info(sequence[0])?.tokens, 100);
//! # Ok::<(), farspan::Error>(())
//! ```

mod attention;

use std::ptr::{self, NonNull};
use std::sync::{Arc, Weak};

pub use attention::{CachePlan, CachePlanBuilder, CacheRun, Decode};

use crate::config::config;
use crate::context;
use crate::error::{check, check_length, Result};
use crate::{sys, Context, Dtype, Tensor};

config! {
    /// The form of a cache.
    CacheConfig = farspan_cache_config by farspan_cache_config_init() {
        /// In which keys and values are stored: `F32`, `F16`, `BF16` or `I8`.
        dtype: Dtype,
        /// Layers of the model; all have the same heads and sizes.
        layers: i64,
        /// Heads of keys and values. Required.
        key_heads: i64,
        /// Features of a key, 1 .. 512. Required.
        head_dim: i64,
        /// Features of a value, 1 .. 512; 0: as `head_dim`.
        value_dim: i64,
        /// Bytes of all blocks, free ones included; 0: no limit.
        memory_limit: i64,
    }
}

/// The number of a sequence. It is never used again in its cache: a sequence that has ended is refused, never mistaken for
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Sequence(
    /// As C knows it.
    pub i64,
);

/// New rows of some sequences: which rows of a tensor are the newest tokens of which sequence, in order.
#[derive(Clone, Copy, Debug)]
pub struct CacheBatch<'a> {
    /// Each occurs at most once.
    pub sequences: &'a [Sequence],
    /// `sequences[s]` owns the rows `offsets[s] .. offsets[s + 1]`; one entry more than there are sequences, from 0, not
    /// decreasing. `None`: one row each.
    pub offsets: Option<&'a [i64]>,
}

impl<'a> CacheBatch<'a> {
    /// One row for each sequence: a step of decoding.
    pub fn one_row_each(sequences: &'a [Sequence]) -> Self {
        CacheBatch { sequences, offsets: None }
    }

    /// Rows of all sequences together, as far as the offsets are well-formed.
    fn rows(&self) -> i128 {
        let count = self.sequences.len();
        self.offsets.map_or(count as i128, |offsets| offsets.get(count).map_or(0, |&end| end.into()))
    }

    /// For C, in whose function the batch is that argument. Points into the slices: it must not outlive them.
    fn to_c(self, argument: i32) -> Result<sys::farspan_cache_batch> {
        check_length(argument, "batch.offsets", self.offsets, self.sequences.len() as i128 + 1)?;
        let mut batch = std::mem::MaybeUninit::zeroed();
        // SAFETY: all zero bits are a value of the struct, and C writes no more than the given size.
        let mut batch = unsafe {
            sys::farspan_cache_batch_init(batch.as_mut_ptr(), std::mem::size_of::<sys::farspan_cache_batch>());
            batch.assume_init()
        };
        batch.sequences = self.sequences.len() as i64;
        batch.sequence = self.sequences.as_ptr().cast();
        batch.offsets = self.offsets.map_or(ptr::null(), <[i64]>::as_ptr);
        Ok(batch)
    }
}

/// What a cache knows of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SequenceInfo {
    /// Tokens in the cache.
    pub tokens: i64,
    /// Position of the oldest token; 0 without tokens.
    pub first_position: i64,
    /// Position of the next token that is appended without one.
    pub next_position: i64,
    /// Blocks of 64 positions that the tokens lie in.
    pub blocks: i64,
    /// Of these, also in use by a fork.
    pub shared_blocks: i64,
}

/// What a cache holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheStatistics {
    /// Sequences that have not ended.
    pub sequences: i64,
    /// Blocks in use; a shared block counts once.
    pub blocks: i64,
    /// Blocks kept for later.
    pub free_blocks: i64,
    /// Bytes of one block, all layers and heads.
    pub block_bytes: i64,
}

/// The C object. Plans only hold a weak reference, by which they know their cache again.
#[derive(Debug)]
struct Store(NonNull<sys::farspan_cache>);

// SAFETY: the header allows calls from any thread: those that change the cache alone, which `&mut Cache` makes sure of.
unsafe impl Send for Store {}
// SAFETY: as above; calls that only read may go on at the same time.
unsafe impl Sync for Store {}

impl Drop for Store {
    fn drop(&mut self) {
        // SAFETY: the handle is valid and no borrow of it is left.
        unsafe { sys::farspan_cache_destroy(self.0.as_ptr()) }
    }
}

/// Keys and values of many sequences; see the [module](self).
///
/// A sequence is a set of tokens, each at a position that it keeps; positions only grow. Tokens lie in blocks of 64 positions,
/// which forks share until one of them writes. What changes the cache takes it exclusively; everything else may go on in many
/// threads at the same time:
///
/// ```compile_fail,E0502
/// # use farspan::cache::{Cache, CacheBatch};
/// # use farspan::{Scheme, Tensor};
/// fn change_while_decoding(cache: &mut Cache, scheme: &Scheme, batch: &CacheBatch<'_>, q: &Tensor<'_>) {
///     let run = cache.decode(scheme, 0, batch, q);
///     cache.append(batch, None).unwrap();
///     drop(run);
/// }
/// ```
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
        Ok(Cache { store: Arc::new(Store(NonNull::new(handle).expect("a cache was made"))) })
    }

    /// Begins a sequence without tokens.
    ///
    /// # Errors
    ///
    /// [`Status::OutOfMemory`](crate::Status::OutOfMemory).
    pub fn create_sequence(&mut self) -> Result<Sequence> {
        let mut made = Sequence(0);
        // SAFETY: the handle is valid and exclusively ours, here and in all functions that take `&mut self`.
        check(|error| unsafe { sys::farspan_cache_sequence_create(self.as_c_mut(), &mut made.0, error) })?;
        Ok(made)
    }

    /// Ends a sequence. Its blocks, as far as no fork uses them, are kept for other sequences.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if it is not in the cache.
    pub fn destroy_sequence(&mut self, sequence: Sequence) -> Result<()> {
        // SAFETY: as in `create_sequence`.
        check(|error| unsafe { sys::farspan_cache_sequence_destroy(self.as_c_mut(), sequence.0, error) })
    }

    /// Makes a second sequence with the same tokens. It costs a few bytes per block; a block is copied when either one writes to
    /// it.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if the sequence is not in the cache.
    pub fn fork(&mut self, sequence: Sequence) -> Result<Sequence> {
        let mut child = Sequence(0);
        // SAFETY: as in `create_sequence`.
        check(|error| unsafe { sys::farspan_cache_fork(self.as_c_mut(), sequence.0, &mut child.0, error) })?;
        Ok(child)
    }

    /// Forgets the tokens at positions `first .. last`. With `i64::MAX` for `last` it truncates: later tokens then continue at
    /// `first`.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if the sequence is not in the cache or the interval is none.
    pub fn evict(&mut self, sequence: Sequence, first: i64, last: i64) -> Result<()> {
        // SAFETY: as in `create_sequence`.
        check(|error| unsafe { sys::farspan_cache_evict(self.as_c_mut(), sequence.0, first, last, error) })
    }

    /// Forgets all but the tokens at positions below `sinks` and the last `window` positions, as a streaming mask with the same
    /// sinks and `window_left = window` sees them from the next token on.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange).
    pub fn keep(&mut self, sequence: Sequence, sinks: i64, window: i64) -> Result<()> {
        // SAFETY: as in `create_sequence`.
        check(|error| unsafe { sys::farspan_cache_keep(self.as_c_mut(), sequence.0, sinks, window, error) })
    }

    /// Ends all sequences and gives the memory back to the system.
    pub fn clear(&mut self) -> Result<()> {
        // SAFETY: as in `create_sequence`.
        check(|error| unsafe { sys::farspan_cache_clear(self.as_c_mut(), error) })
    }

    /// What the cache knows of a sequence.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if it is not in the cache.
    pub fn sequence_info(&self, sequence: Sequence) -> Result<SequenceInfo> {
        // SAFETY: all zero bits are a value of the struct.
        let mut info: sys::farspan_sequence_info = unsafe { std::mem::zeroed() };
        info.struct_size = std::mem::size_of_val(&info) as u32;
        // SAFETY: the handle is valid, here and in all functions that take `&self`, and C writes the struct only.
        check(|error| unsafe { sys::farspan_cache_sequence_info(self.as_c(), sequence.0, &mut info, error) })?;
        let sys::farspan_sequence_info { tokens, first_position, next_position, blocks, shared_blocks, .. } = info;
        Ok(SequenceInfo { tokens, first_position, next_position, blocks, shared_blocks })
    }

    /// What the cache holds.
    pub fn statistics(&self) -> Result<CacheStatistics> {
        // SAFETY: all zero bits are a value of the struct.
        let mut answer: sys::farspan_cache_statistics = unsafe { std::mem::zeroed() };
        answer.struct_size = std::mem::size_of_val(&answer) as u32;
        // SAFETY: as in `sequence_info`.
        check(|error| unsafe { sys::farspan_cache_get_statistics(self.as_c(), &mut answer, error) })?;
        let sys::farspan_cache_statistics { sequences, blocks, free_blocks, block_bytes, .. } = answer;
        Ok(CacheStatistics { sequences, blocks, free_blocks, block_bytes })
    }

    /// Makes room for the rows of the batch as new tokens, in all layers: for all of them, or for none. Their content is 0 until
    /// it is written. `positions` has one entry for each row, growing within a sequence, above its newest token's and below
    /// 2^40; `None`: the next ones.
    ///
    /// # Errors
    ///
    /// [`Status::OutOfMemory`](crate::Status::OutOfMemory) if the memory limit does not allow it,
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) for an unknown sequence,
    /// [`Status::Combination`](crate::Status::Combination) for one that occurs twice, [`Status::Shape`](crate::Status::Shape)
    /// for offsets and short arrays, [`Status::Positions`](crate::Status::Positions).
    pub fn append(&mut self, batch: &CacheBatch<'_>, positions: Option<&[i64]>) -> Result<()> {
        let rows = batch.to_c(2)?;
        check_length(3, "positions", positions, batch.rows())?;
        let positions = positions.map_or(ptr::null(), <[i64]>::as_ptr);
        // SAFETY: as in `create_sequence`; the arrays are as long as C reads.
        check(|error| unsafe { sys::farspan_cache_append(self.as_c_mut(), &rows, positions, error) })
    }

    /// Stores the keys `k [1, key_heads, rows, head_dim]`, not rotated, and the values `v [1, key_heads, rows, value_dim]` of the
    /// newest tokens of each sequence in one layer, rounded to the cache's type.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) for the layer or an unknown sequence,
    /// [`Status::Shape`](crate::Status::Shape).
    pub fn write(
        &mut self,
        context: Option<&Context>,
        layer: i64,
        batch: &CacheBatch<'_>,
        k: &Tensor<'_>,
        v: &Tensor<'_>,
    ) -> Result<()> {
        let rows = batch.to_c(4)?;
        // SAFETY: as in `create_sequence`; the tensors lie within their slices.
        check(|error| unsafe {
            sys::farspan_cache_write(context::as_c(context), self.as_c_mut(), layer, &rows, k.as_c(), v.as_c(), error)
        })
    }

    /// Bytes that [`Cache::save`] gives; 0 if there is no such sequence.
    pub fn save_size(&self, sequence: Sequence) -> usize {
        // SAFETY: as in `sequence_info`.
        unsafe { sys::farspan_cache_save_size(self.as_c(), sequence.0) }
    }

    /// A sequence as bytes, all layers, with a version and a checksum. The form does not depend on the machine.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if it is not in the cache.
    pub fn save(&self, sequence: Sequence) -> Result<Vec<u8>> {
        let mut saved = vec![0; self.save_size(sequence)];
        self.save_to(sequence, &mut saved)?;
        Ok(saved)
    }

    /// Writes the same bytes into a slice of at least [`Cache::save_size`] bytes.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if the sequence is not in the cache,
    /// [`Status::Shape`](crate::Status::Shape) if the slice is too short.
    pub fn save_to(&self, sequence: Sequence, saved: &mut [u8]) -> Result<()> {
        // SAFETY: as in `sequence_info`; C writes no more than the slice.
        check(|error| unsafe {
            sys::farspan_cache_save(self.as_c(), sequence.0, saved.as_mut_ptr().cast(), saved.len(), error)
        })
    }

    /// Makes a new sequence of what [`Cache::save`] gave, in a cache of the same type, layers, heads and sizes.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if the bytes are damaged or foreign,
    /// [`Status::Shape`](crate::Status::Shape) for a cache of another shape,
    /// [`Status::OutOfMemory`](crate::Status::OutOfMemory). Nothing has changed then.
    pub fn restore(&mut self, saved: &[u8]) -> Result<Sequence> {
        let mut made = Sequence(0);
        // SAFETY: as in `create_sequence`; C reads no more than the slice.
        check(|error| unsafe {
            sys::farspan_cache_restore(self.as_c_mut(), saved.as_ptr().cast(), saved.len(), &mut made.0, error)
        })?;
        Ok(made)
    }

    fn as_c(&self) -> *const sys::farspan_cache {
        self.store.0.as_ptr()
    }

    fn as_c_mut(&mut self) -> *mut sys::farspan_cache {
        self.store.0.as_ptr()
    }

    fn identity(&self) -> Weak<Store> {
        Arc::downgrade(&self.store)
    }
}
