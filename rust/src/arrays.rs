//! What C takes beside numbers: an array with its count, a struct with its defaults.

use std::mem::{size_of, MaybeUninit};
use std::ptr;

/// An array and its count; `None`: NULL and 0.
pub(crate) fn array<T>(given: Option<&[T]>) -> (*const T, i64) {
    given.map_or((ptr::null(), 0), |slice| (slice.as_ptr(), slice.len() as i64))
}

/// The same for one that is written.
pub(crate) fn array_mut<T>(given: Option<&mut [T]>) -> (*mut T, i64) {
    given.map_or((ptr::null_mut(), 0), |slice| (slice.as_mut_ptr(), slice.len() as i64))
}

/// A plain struct of C, as its init function writes it.
pub(crate) fn made<T>(init: unsafe extern "C" fn(*mut T, usize)) -> T {
    let mut made = MaybeUninit::zeroed();
    // SAFETY: zeros are a value of C's structs, and C writes no more than the given size.
    unsafe {
        init(made.as_mut_ptr(), size_of::<T>());
        made.assume_init()
    }
}
