use std::ffi::CString;
use std::os::raw::{c_char, c_void};

use crate::error::{Error, Result, Status};
use crate::model::Options;
use crate::sys;

/// The length that all arrays of a kind have, 0 without any.
fn common_length<T, const N: usize>(arrays: [(&str, Option<&[T]>); N]) -> Result<i64> {
    let mut length = None;
    for (name, array) in arrays.iter().filter_map(|(name, array)| Some((name, (*array)?))) {
        let common = *length.get_or_insert(array.len());
        if common != array.len() {
            let message = format!(
                "options.{} has {} entries, another array of its kind {}: must be equal",
                name,
                array.len(),
                common
            );
            return Err(Error::new(Status::Shape, 3, message));
        }
    }
    Ok(length.unwrap_or(0) as i64)
}

impl Options<'_> {
    /// For C, with the lengths of the arrays. It must not outlive `self`.
    pub(super) fn checked(&self) -> Result<sys::farspan_model_options> {
        let mut c = self.to_c();
        c.t5_values = common_length([("t5_encoder", self.t5_encoder), ("t5_decoder", self.t5_decoder)])?;
        c.rope_pairs = common_length([
            ("rope_freqs", self.rope_freqs),
            ("rope_short", self.rope_short),
            ("rope_long", self.rope_long),
        ])?;
        Ok(c)
    }
}

/// A value of GGUF metadata. Integers of every width are `i64`, booleans 0 or 1, floats `f64`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// One integer.
    Integer(i64),
    /// One real number.
    Real(f64),
    /// One text.
    Text(&'a str),
    /// An array of integers.
    Integers(&'a [i64]),
    /// An array of real numbers.
    Reals(&'a [f64]),
    /// An array of texts.
    Texts(&'a [&'a str]),
}

/// One key of GGUF metadata.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metadata<'a> {
    /// Such as `"llama.rope.freq_base"`.
    pub key: &'a str,
    /// Its value.
    pub value: Value<'a>,
}

/// A key and the texts of one entry as C takes them.
pub(super) struct Texts {
    key: CString,
    _texts: Vec<CString>,
    pointers: Vec<*const c_char>,
}

fn c_text(name: &str, text: &str) -> Result<CString> {
    CString::new(text)
        .map_err(|error| Error::new(Status::Format, 1, format!("{} has a NUL at byte {}", name, error.nul_position())))
}

impl Texts {
    pub(super) fn new(entry: &Metadata<'_>) -> Result<Self> {
        let key = c_text("a key", entry.key)?;
        let texts = match entry.value {
            Value::Text(text) => vec![c_text(entry.key, text)?],
            Value::Texts(texts) => texts.iter().map(|text| c_text(entry.key, text)).collect::<Result<_>>()?,
            _ => Vec::new(),
        };
        let pointers = texts.iter().map(|text| text.as_ptr()).collect();
        Ok(Texts { key, _texts: texts, pointers })
    }

    /// The entry for C. It must not outlive `self` or `entry`.
    pub(super) fn entry(&self, entry: &Metadata<'_>) -> sys::farspan_metadata {
        let (type_, is_array, count, values): (u32, i32, usize, *const c_void) = match &entry.value {
            Value::Integer(value) => (sys::FARSPAN_METADATA_INTEGER, 0, 1, (value as *const i64).cast()),
            Value::Real(value) => (sys::FARSPAN_METADATA_REAL, 0, 1, (value as *const f64).cast()),
            Value::Text(_) => (sys::FARSPAN_METADATA_TEXT, 0, 1, self.pointers.as_ptr().cast()),
            Value::Integers(values) => (sys::FARSPAN_METADATA_INTEGER, 1, values.len(), values.as_ptr().cast()),
            Value::Reals(values) => (sys::FARSPAN_METADATA_REAL, 1, values.len(), values.as_ptr().cast()),
            Value::Texts(_) => (sys::FARSPAN_METADATA_TEXT, 1, self.pointers.len(), self.pointers.as_ptr().cast()),
        };
        sys::farspan_metadata { key: self.key.as_ptr(), type_: type_ as i32, is_array, count: count as i64, values }
    }
}
