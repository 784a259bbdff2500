use crate::arrays::array;
use crate::sys;

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

fn view(text: &str) -> sys::farspan_text {
    sys::farspan_text { data: text.as_ptr().cast(), bytes: text.len() as i64 }
}

/// The texts of an entry as C takes them.
pub(super) fn texts(entry: &Metadata<'_>) -> Vec<sys::farspan_text> {
    match entry.value {
        Value::Text(text) => vec![view(text)],
        Value::Texts(texts) => texts.iter().map(|text| view(text)).collect(),
        _ => Vec::new(),
    }
}

/// The entry for C. It must not outlive `entry` or `texts`, which are its own.
pub(super) fn entry(entry: &Metadata<'_>, texts: &[sys::farspan_text]) -> sys::farspan_metadata {
    let (mut integers, mut reals): (&[i64], &[f64]) = (&[], &[]);
    let type_ = match &entry.value {
        Value::Integer(_) | Value::Integers(_) => sys::FARSPAN_METADATA_INTEGER,
        Value::Real(_) | Value::Reals(_) => sys::FARSPAN_METADATA_REAL,
        Value::Text(_) | Value::Texts(_) => sys::FARSPAN_METADATA_TEXT,
    } as i32;
    match &entry.value {
        Value::Integer(value) => integers = std::slice::from_ref(value),
        Value::Integers(values) => integers = values,
        Value::Real(value) => reals = std::slice::from_ref(value),
        Value::Reals(values) => reals = values,
        Value::Text(_) | Value::Texts(_) => {}
    }
    let is_array = matches!(entry.value, Value::Integers(_) | Value::Reals(_) | Value::Texts(_)).into();
    let (key, key_bytes) = (entry.key.as_ptr().cast(), entry.key.len() as i64);
    let ((integers, integers_count), (reals, reals_count)) = (given(integers), given(reals));
    let (texts, texts_count) = given(texts);
    #[rustfmt::skip]
    let entry = sys::farspan_metadata {
        key, key_bytes, type_, is_array, integers, integers_count, reals, reals_count, texts, texts_count,
    };
    entry
}

/// An array and its count; NULL and 0 if it is empty.
fn given<T>(values: &[T]) -> (*const T, i64) {
    array((!values.is_empty()).then_some(values))
}
