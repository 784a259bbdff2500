//! Rows of some sequences: shared with readers, or exclusive to what changes them.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::{Sequence, Store};
use crate::arrays::{array, made};
use crate::error::{Error, Result, Status};
use crate::sys;

/// Rows of some sequences to be read: which rows of a tensor are the newest tokens of which sequence, in order.
///
/// Plans, runs and decoding need no more than this. A batch that may also be changed, [`CacheBatchMut`], serves as one.
pub struct CacheBatch<'a> {
    sequences: Vec<&'a Sequence>,
    /// The same as C takes them.
    ids: Vec<i64>,
    offsets: Option<Vec<i64>>,
}

/// How both are made: of borrows that are shared, or exclusive.
macro_rules! constructors {
    ($name:ident, $($mutable:tt)?) => {
        impl<'a> $name<'a> {
            /// One row for each sequence: a step of decoding.
            pub fn one_row_each(sequences: impl IntoIterator<Item = &'a $($mutable)? Sequence>) -> Self {
                Self::made(sequences.into_iter().map(|sequence| &*sequence).collect(), None)
            }

            /// The rows of one sequence.
            pub fn of_rows(sequence: &'a $($mutable)? Sequence, rows: i64) -> Self {
                Self::made(vec![sequence], Some(vec![0, rows]))
            }

            /// Sequence s owns the rows `offsets[s] .. offsets[s + 1]`; one entry more than there are sequences, from 0, not
            /// decreasing.
            pub fn with_offsets(
                sequences: impl IntoIterator<Item = &'a $($mutable)? Sequence>,
                offsets: &[i64],
            ) -> Self {
                Self::made(sequences.into_iter().map(|sequence| &*sequence).collect(), Some(offsets.to_vec()))
            }
        }
    };
}
constructors!(CacheBatch,);
constructors!(CacheBatchMut, mut);

impl<'a> CacheBatch<'a> {
    fn made(sequences: Vec<&'a Sequence>, offsets: Option<Vec<i64>>) -> Self {
        let ids = sequences.iter().map(|sequence| sequence.id()).collect();
        CacheBatch { sequences, ids, offsets }
    }

    /// The numbers of its sequences in C.
    pub(super) fn ids(&self) -> &[i64] {
        &self.ids
    }

    /// The cache of all its sequences; `None` if there are none, or of several caches.
    pub(super) fn store(&self) -> Option<&Arc<Store>> {
        let store = &self.sequences.first()?.store;
        self.sequences.iter().all(|sequence| Arc::ptr_eq(&sequence.store, store)).then_some(store)
    }

    /// For C, in whose function the batch is that argument, on that cache. Points into the batch: it must not outlive it.
    pub(crate) fn to_c(&self, of: &Arc<Store>, argument: i32) -> Result<sys::farspan_cache_batch> {
        if let Some(other) = self.sequences.iter().find(|sequence| !Arc::ptr_eq(&sequence.store, of)) {
            let message = format!("the batch holds sequence {} of another cache", other.id());
            return Err(Error::new(Status::Combination, argument, message));
        }
        // SAFETY: C writes no more than the size given.
        let mut batch = made(|c, size| unsafe { sys::farspan_cache_batch_init(c, size) });
        (batch.sequence, batch.sequence_count) = array(Some(self.ids.as_slice()));
        (batch.offsets, batch.offsets_count) = array(self.offsets.as_deref());
        Ok(batch)
    }
}

impl fmt::Debug for CacheBatch<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CacheBatch").field("sequences", &self.ids).field("offsets", &self.offsets).finish()
    }
}

/// New rows of some sequences, which it borrows exclusively: so none occurs twice, and nobody else uses them meanwhile.
///
/// It is lent to what reads, too, between two changes: it serves as a [`CacheBatch`]. One batch may last for a whole session.
///
/// ```compile_fail,E0499
/// # use farspan::cache::{CacheBatchMut, Sequence};
/// fn twice(mut sequence: Sequence) {
///     let (first, second) = (CacheBatchMut::of_rows(&mut sequence, 1), CacheBatchMut::of_rows(&mut sequence, 1));
///     drop((first, second));
/// }
/// ```
pub struct CacheBatchMut<'a>(
    /// Nobody gets a copy of its references, or a second batch of them: the borrows stay exclusive.
    CacheBatch<'a>,
);

impl<'a> CacheBatchMut<'a> {
    fn made(sequences: Vec<&'a Sequence>, offsets: Option<Vec<i64>>) -> Self {
        CacheBatchMut(CacheBatch::made(sequences, offsets))
    }
}

impl<'a> Deref for CacheBatchMut<'a> {
    type Target = CacheBatch<'a>;

    fn deref(&self) -> &CacheBatch<'a> {
        &self.0
    }
}

impl fmt::Debug for CacheBatchMut<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}
