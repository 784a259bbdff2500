use crate::sys;

#[doc = docs!(diagnose)]
pub fn diagnose() -> String {
    // SAFETY: with size 0 nothing is written.
    let size = unsafe { sys::farspan_diagnose(std::ptr::null_mut(), 0) } as usize;
    let mut text = vec![0u8; size];
    // SAFETY: the library writes at most `size` bytes.
    unsafe { sys::farspan_diagnose(text.as_mut_ptr().cast(), size as i64) };
    text.truncate(text.iter().position(|&byte| byte == 0).unwrap_or(size));
    String::from_utf8_lossy(&text).into_owned()
}

#[doc = docs!(shutdown)]
///
/// # Safety
///
/// No other call of this library may be under way in the process.
pub unsafe fn shutdown() {
    // SAFETY: the caller's promise.
    unsafe { sys::farspan_shutdown() }
}
