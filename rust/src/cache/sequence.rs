//! One sequence: what changes it, and what it says of itself.

use std::sync::Arc;

use super::Store;
use crate::{sys, Context, Result};

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
    pub(crate) store: Arc<Store>,
    id: i64,
}

impl Sequence {
    pub(crate) fn make(
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

    /// The sequence as bytes: what [`Sequence::save_to`] writes, with the same errors.
    pub fn save(&self, context: Option<&Context>) -> Result<Vec<u8>> {
        let mut saved = vec![0; self.save_size()];
        self.save_to(context, &mut saved)?;
        Ok(saved)
    }
}

impl Drop for Sequence {
    fn drop(&mut self) {
        let _ = self.destroy(); // refused if it has ended already
    }
}
