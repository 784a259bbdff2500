//! What C takes and gives beside numbers: an array with its count, a text, a struct with its defaults.

use std::borrow::Cow;
use std::ffi::CStr;
use std::mem::{size_of, MaybeUninit};
use std::os::raw::c_char;
use std::ptr;

use crate::error::check;
use crate::{sys, Result};

/// An array and its count; `None`: NULL and 0.
pub(crate) fn array<T>(given: Option<&[T]>) -> (*const T, i64) {
    given.map_or((ptr::null(), 0), |slice| (slice.as_ptr(), slice.len() as i64))
}

/// A pointer that may be NULL.
pub(crate) fn pointer<T>(given: Option<&T>) -> *const T {
    given.map_or(ptr::null(), |given| given)
}

/// # Safety
///
/// `array` is NULL, or has `count` entries that live as long as `'a`.
pub(crate) unsafe fn slice<'a, T>(array: *const T, count: i64) -> Option<&'a [T]> {
    // SAFETY: the caller's promise.
    (!array.is_null()).then(|| unsafe { std::slice::from_raw_parts(array, count as usize) })
}

/// # Safety
///
/// `text` ends in NUL and lives as long as `'a`. What is not UTF-8 is replaced.
pub(crate) unsafe fn text<'a>(text: *const c_char) -> Cow<'a, str> {
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}

/// A plain struct of C, as its init function writes it, which is given its place and size.
pub(crate) fn made<T>(init: impl FnOnce(*mut T, usize)) -> T {
    let mut made = MaybeUninit::zeroed();
    init(made.as_mut_ptr(), size_of::<T>());
    // SAFETY: zeros are a value of C's structs, of which every one has an init function that writes it.
    unsafe { made.assume_init() }
}

/// A text that the library writes into a buffer of a size that only it knows. Most fit into the first one.
pub(crate) fn written(
    mut write: impl FnMut(*mut c_char, i64, *mut i64, *mut sys::farspan_error) -> sys::farspan_status,
) -> Result<String> {
    let mut buffer = vec![0u8; 256];
    loop {
        let mut needed = 0;
        check(|error| write(buffer.as_mut_ptr().cast(), buffer.len() as i64, &mut needed, error))?;
        let fits = needed as usize <= buffer.len();
        buffer.resize(needed as usize, 0);
        if fits {
            buffer.pop(); // the NUL
            return Ok(String::from_utf8(buffer).expect("the library writes UTF-8"));
        }
    }
}
