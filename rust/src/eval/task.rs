use std::ops::Range;
use std::ptr;

use super::PasskeyConfig;
use crate::arrays::{array, array_mut, made};
use crate::error::check;
use crate::text::written;
use crate::{sys, Result};

/// A passkey task.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Passkey {
    /// What the model reads.
    pub text: String,
    /// What it must answer.
    pub key: i64,
    /// The sentences that tell the key: bytes of the text.
    pub told: Range<usize>,
    /// As drawn or given.
    pub depth: f64,
}

/// Makes a passkey task.
///
/// ```
/// use farspan::eval::{passkey, passkey_check, PasskeyConfig, PasskeyForm};
///
/// let config = PasskeyConfig { length: 2000, depth: 0.25, ..PasskeyConfig::new(PasskeyForm::LANDMARK) };
/// let task = passkey(&config)?;
/// assert_eq!(task.text.len(), 2000);
/// assert!(task.text[task.told.clone()].contains(&task.key.to_string()));
/// assert!(passkey_check(format!(" {}. Remember", task.key), task.key)?);
/// # Ok::<(), farspan::Error>(())
/// ```
///
/// # Errors
///
/// [`Status::ParameterRange`](crate::Status::ParameterRange), also if the length has no room for the task,
/// [`Status::Method`](crate::Status::Method).
pub fn passkey(config: &PasskeyConfig) -> Result<Passkey> {
    let answer = std::cell::Cell::new(None);
    let text = written(0, |buffer, size, needed, error| {
        let mut made = made(sys::farspan_passkey_init);
        // SAFETY: the buffer has the size given.
        let status =
            unsafe { sys::farspan_passkey_make(ptr::null(), &config.to_c(), buffer, size, needed, &mut made, error) };
        answer.set(Some(made));
        status
    })?;
    let made = answer.get().expect("the task was made");
    Ok(Passkey { text, key: made.key, told: made.key_begin as usize..made.key_end as usize, depth: made.depth })
}

/// Whether the first whole number in what the model wrote is the key. Give only what it wrote, usually 10 tokens.
///
/// # Errors
///
/// [`Status::ParameterRange`](crate::Status::ParameterRange) for a negative key.
pub fn passkey_check(generated: impl AsRef<[u8]>, key: i64) -> Result<bool> {
    let (text, mut correct) = (generated.as_ref(), 0);
    // SAFETY: the text has the length given.
    check(|error| unsafe {
        let none = ptr::null();
        sys::farspan_passkey_check(none, text.as_ptr().cast(), text.len() as i64, key, &mut correct, error)
    })?;
    Ok(correct != 0)
}

/// A needle in a haystack of the caller's own, as token ids: fills `out` with the haystack, cut or repeated to fit, the needle at
/// `depth` (0 the start, 1 the end) and the question behind all, and answers where the needle begins.
///
/// With a `boundary` the needle moves back to just behind the nearest haystack id that equals it (the id of ".", say), so that it does
/// not split a sentence; to 0 if there is none.
///
/// # Errors
///
/// [`Status::Shape`](crate::Status::Shape) if needle and question do not fit, or there is room but no haystack,
/// [`Status::ParameterRange`](crate::Status::ParameterRange) for a depth outside 0 to 1.
pub fn needle_place(
    haystack: &[i64],
    needle: &[i64],
    question: &[i64],
    depth: f64,
    boundary: Option<i64>,
    out: &mut [i64],
) -> Result<usize> {
    let mut position = 0;
    let ((haystack, haystack_count), (needle, needle_count)) = (array(Some(haystack)), array(Some(needle)));
    let (question, question_count) = array(Some(question));
    let (boundaries, boundaries_count) = array(boundary.as_ref().map(std::slice::from_ref));
    let (out, out_count) = array_mut(Some(out));
    // SAFETY: arrays go with their counts.
    check(|error| unsafe {
        sys::farspan_needle_place(
            ptr::null(),
            haystack,
            haystack_count,
            needle,
            needle_count,
            question,
            question_count,
            depth,
            boundaries,
            boundaries_count,
            out,
            out_count,
            &mut position,
            error,
        )
    })?;
    Ok(position as usize)
}
