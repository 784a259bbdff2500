use crate::error::constant_text;
use crate::sys;

/// The version of the library that is loaded: major * 10000 + minor * 100 + patch.
#[inline]
pub fn version() -> u32 {
    // SAFETY: a constant.
    unsafe { sys::farspan_version() }
}

/// [`version`] as text, such as `"0.1.0"`.
pub fn version_text() -> &'static str {
    // SAFETY: a constant.
    constant_text(unsafe { sys::farspan_version_text() }).unwrap_or_default()
}

/// The ABI version of the library that is loaded, which is the number in its SONAME.
#[inline]
pub fn abi_version() -> u32 {
    // SAFETY: a constant.
    unsafe { sys::farspan_abi_version() }
}

/// A JSON object for bug reports: versions, instruction sets found and used, threads, quota.
pub fn diagnose() -> String {
    // SAFETY: with size 0 nothing is written.
    let size = unsafe { sys::farspan_diagnose(std::ptr::null_mut(), 0) } as usize;
    let mut text = vec![0u8; size];
    // SAFETY: the library writes at most `size` bytes.
    unsafe { sys::farspan_diagnose(text.as_mut_ptr().cast(), size as i64) };
    text.truncate(text.iter().position(|&byte| byte == 0).unwrap_or(size));
    String::from_utf8_lossy(&text).into_owned()
}

/// Ends the library's worker threads; later calls start them again. For hosts that unload plugins.
///
/// # Safety
///
/// No other call of this library may be under way in the process.
pub unsafe fn shutdown() {
    // SAFETY: the caller's promise.
    unsafe { sys::farspan_shutdown() }
}
