use std::os::raw::c_char;

use crate::error::check;
use crate::{sys, Result};

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
