//! One sequence: what changes it, and what it says of itself.

use std::ptr;
use std::sync::Arc;

use super::{SequenceInfo, Store};
use crate::error::Result;
use crate::sys;

/// A sequence of a cache, which ends when it is dropped.
///
/// It belongs to whoever has it: functions that change it take it exclusively, functions that read it may go on in many threads.
/// Other sequences do not matter, even forks that share its blocks. It keeps the memory of its cache.
///
/// ```compile_fail,E0502
/// # use farspan::cache::{CacheBatchMut, Sequence};
/// fn forget_while_others_write(mut sequence: Sequence) {
///     let batch = CacheBatchMut::of_rows(&mut sequence, 2);
///     sequence.evict(0, 1).unwrap();
///     drop(batch);
/// }
/// ```
#[derive(Debug)]
pub struct Sequence {
    pub(super) store: Arc<Store>,
    id: i64,
}

impl Sequence {
    pub(super) fn make(
        store: &Arc<Store>,
        call: impl FnOnce(*mut sys::farspan_cache, *mut i64, *mut sys::farspan_error) -> sys::farspan_status,
    ) -> Result<Self> {
        let mut id = 0;
        store.call(|cache, error| call(cache, &mut id, error))?;
        Ok(Sequence { store: Arc::clone(store), id })
    }

    /// Its number in C, which is never used again in its cache.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Makes a second sequence with the same tokens. It costs a few bytes per block; a block is copied when either one writes to
    /// it.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if the sequence has ended.
    pub fn fork(&self) -> Result<Self> {
        // SAFETY: the handle is valid and nobody changes the sequence, here and in all functions that take `&self`.
        Self::make(&self.store, |cache, child, error| unsafe { sys::farspan_cache_fork(cache, self.id, child, error) })
    }

    /// Forgets the tokens at positions `first .. last`. With `i64::MAX` for `last` it truncates: later tokens then continue at
    /// `first`.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if the sequence has ended or the interval is none.
    pub fn evict(&mut self, first: i64, last: i64) -> Result<()> {
        // SAFETY: the handle is valid and the sequence exclusively ours, here and in all functions that take `&mut self`.
        self.store.call(|cache, error| unsafe { sys::farspan_cache_evict(cache, self.id, first, last, error) })
    }

    /// Forgets all but the tokens at positions below `sinks` and the last `window` positions, as a streaming mask with the same
    /// sinks and `window_left = window` sees them from the next token on.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange).
    pub fn keep(&mut self, sinks: i64, window: i64) -> Result<()> {
        // SAFETY: as in `evict`.
        self.store.call(|cache, error| unsafe { sys::farspan_cache_keep(cache, self.id, sinks, window, error) })
    }

    /// Ends the sequence now, as dropping it does. Its blocks, as far as no fork uses them, are kept for other sequences; what is
    /// called on it afterwards is refused.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if it has ended already.
    pub fn destroy(&mut self) -> Result<()> {
        // SAFETY: as in `evict`.
        self.store.call(|cache, error| unsafe { sys::farspan_cache_sequence_destroy(cache, self.id, error) })
    }

    /// Its tokens, positions and blocks.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if it has ended.
    pub fn info(&self) -> Result<SequenceInfo> {
        let mut info = SequenceInfo::empty();
        // SAFETY: as in `fork`; C writes the struct only.
        self.store
            .call(|cache, error| unsafe { sys::farspan_cache_sequence_info(cache, self.id, &mut info, error) })?;
        Ok(SequenceInfo::from_c(&info))
    }

    /// Bytes that [`Sequence::save`] gives; 0 if the sequence has ended.
    pub fn save_size(&self) -> usize {
        let mut size = 0;
        // SAFETY: as in `fork`.
        let _ = self.store.call(|cache, _| {
            size = unsafe { sys::farspan_cache_save_size(cache, self.id) };
            sys::FARSPAN_OK as i32
        });
        size as usize
    }

    /// The sequence as bytes, all layers, with a version and a checksum. The form does not depend on the machine.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if it has ended.
    pub fn save(&self) -> Result<Vec<u8>> {
        let mut saved = vec![0; self.save_size()];
        self.save_to(&mut saved)?;
        Ok(saved)
    }

    /// Writes the same bytes into a slice of at least [`Sequence::save_size`] bytes.
    ///
    /// # Errors
    ///
    /// [`Status::ParameterRange`](crate::Status::ParameterRange) if the sequence has ended,
    /// [`Status::Shape`](crate::Status::Shape) if the slice is too short.
    pub fn save_to(&self, saved: &mut [u8]) -> Result<()> {
        // SAFETY: as in `fork`; C writes no more than the slice.
        self.store.call(|cache, error| unsafe {
            let (to, bytes) = (saved.as_mut_ptr().cast(), saved.len() as i64);
            sys::farspan_cache_save(ptr::null(), cache, self.id, to, bytes, error)
        })
    }
}

impl Drop for Sequence {
    fn drop(&mut self) {
        let _ = self.destroy(); // refused if it has ended already
    }
}
