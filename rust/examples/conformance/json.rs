//! Values of the vectors. They are made by a program, so anything unexpected is a defect and ends the run.

use serde_json::Value;

pub trait Number {
    fn read(value: &Value) -> Option<Self>
    where
        Self: Sized;
}

impl Number for i64 {
    fn read(value: &Value) -> Option<i64> {
        value.as_i64()
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
            Some("nan") => Some(f64::NAN),
            Some("inf") => Some(f64::INFINITY),
            Some("-inf") => Some(f64::NEG_INFINITY),
            Some(_) => None,
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
        match value.as_i64()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

pub fn number<T: Number>(value: &Value) -> T {
    T::read(value).unwrap_or_else(|| panic!("{} is no {}", value, std::any::type_name::<T>()))
}

pub fn numbers<T: Number>(value: &Value) -> Vec<T> {
    list(value).iter().map(number).collect()
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{} is no array", value))
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{} is no text", value))
}

/// A number of an object, 0 if it is absent.
pub fn or_zero<T: Number + Default>(object: &Value, key: &str) -> T {
    object.get(key).map_or_else(T::default, number)
}

/// An array of an object, if there is one.
pub fn array<T: Number>(object: &Value, key: &str) -> Option<Vec<T>> {
    object.get(key).map(numbers)
}
