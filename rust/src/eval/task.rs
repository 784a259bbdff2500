use std::ops::Range;

use super::PasskeyConfig;
use crate::arrays::{made, written};
use crate::context::as_c;
use crate::{sys, Context, Result};

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
/// let task = passkey(None, &config)?;
/// assert_eq!(task.text.len(), 2000);
/// assert!(task.text[task.told.clone()].contains(&task.key.to_string()));
/// assert!(passkey_check(None, format!(" {}. Remember", task.key), task.key)?);
/// # Ok::<(), farspan::Error>(())
/// ```
///
#[doc = docs!(passkey_make)]
pub fn passkey(context: Option<&Context>, config: &PasskeyConfig) -> Result<Passkey> {
    // SAFETY: C writes no more than the size given.
    let mut made = made(|c, size| unsafe { sys::farspan_passkey_init(c, size) });
    // SAFETY: the buffer has the size given.
    let text = written(|buffer, size, needed, error| unsafe {
        sys::farspan_passkey_make(as_c(context), &config.to_c(), buffer, size, needed, &mut made, error)
    })?;
    Ok(Passkey { text, key: made.key, told: made.key_begin as usize..made.key_end as usize, depth: made.depth })
}
