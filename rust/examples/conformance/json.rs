//! Values of the vectors. They are made by a program, so anything unexpected is a defect and ends the run.

use serde_json::Value;

pub trait Number: Sized {
    fn read(value: &Value) -> Option<Self>;
}

/// A configuration whose fields are set by their names; arrays live for ever.
pub trait Fields {
    /// Whether there is a field of that name.
    fn set(&mut self, name: &str, value: &Value) -> bool;
}

/// A struct that the library fills.
pub trait Answer {
    fn numbers(&self, wholes: &mut Vec<i64>, reals: &mut Vec<f64>);
}

impl Number for i64 {
    fn read(value: &Value) -> Option<i64> {
        value.as_i64()
    }
}

impl Number for u64 {
    fn read(value: &Value) -> Option<u64> {
        value.as_u64()
    }
}

impl Number for i32 {
    fn read(value: &Value) -> Option<i32> {
        i32::try_from(value.as_i64()?).ok()
    }
}

impl Number for f64 {
    fn read(value: &Value) -> Option<f64> {
        match value.as_str() {
            Some(text) => text.parse().ok(), // nan, inf and -inf
            None => value.as_f64(),
        }
    }
}

impl Number for f32 {
    fn read(value: &Value) -> Option<f32> {
        f64::read(value).map(|number| number as f32)
    }
}

impl Number for bool {
    fn read(value: &Value) -> Option<bool> {
        i64::read(value).map(|number| number != 0)
    }
}

impl Number for &'static str {
    fn read(value: &Value) -> Option<&'static str> {
        value.as_str().map(|text| &*Box::leak(text.to_owned().into_boxed_str()))
    }
}

impl<T: Number> Number for &'static [T] {
    fn read(value: &Value) -> Option<&'static [T]> {
        value.as_array().map(|list| &*Vec::leak(list.iter().map(number).collect()))
    }
}

impl<T: Number> Number for Option<T> {
    fn read(value: &Value) -> Option<Option<T>> {
        if value.is_null() {
            return Some(None);
        }
        T::read(value).map(Some)
    }
}

pub fn number<T: Number>(value: &Value) -> T {
    T::read(value).unwrap_or_else(|| panic!("{} is no {}", value, std::any::type_name::<T>()))
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{} is no array", value))
}

/// `config` with the fields of an object.
pub fn filled<T: Fields>(mut config: T, given: &Value) -> T {
    for (name, value) in given.as_object().into_iter().flatten() {
        assert!(config.set(name, value), "{} has no {}", std::any::type_name::<T>(), name);
    }
    config
}
