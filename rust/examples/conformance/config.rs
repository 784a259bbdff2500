//! The configurations of the vectors: the fields that differ from the defaults.

use farspan::{FireConfig, Problem, Scheme, State};
use serde_json::Value;

use crate::json::{self, Number};

impl Number for State {
    fn read(value: &Value) -> Option<Self> {
        i32::read(value).map(State)
    }
}

/// Sets the listed fields from an object. Every key must be one of them, or of the arrays.
macro_rules! set {
    ($config:ident, $object:expr, [$($array:ident),*], [$($field:ident),*]) => {
        for (key, value) in $object.as_object().expect("a configuration") {
            match key.as_str() {
                $(stringify!($field) => $config.$field = json::number(value),)*
                other => {
                    let arrays: &[&str] = &[$(stringify!($array)),*];
                    assert!(arrays.contains(&other), "unknown field {}", other);
                }
            }
        }
        $($config.$array = $array.as_deref();)*
    };
}

pub(crate) use set;

/// The scheme of a case: an object, or a text as it stands.
pub fn make_scheme(case: &Value) -> farspan::Result<Scheme> {
    match case.get("scheme") {
        None => Scheme::from_json("{}"),
        Some(Value::String(text)) => Scheme::from_json(text),
        Some(object) => Scheme::from_json(object.to_string()),
    }
}

/// Calls `use_config` with the problem, whose arrays live for the call.
pub fn with_problem<T>(object: &Value, use_problem: impl FnOnce(&Problem<'_>) -> T) -> T {
    let array = |key| json::array::<i64>(object, key);
    let (query_positions, key_positions) = (array("query_positions"), array("key_positions"));
    let (query_axis_positions, key_axis_positions) = (array("query_axis_positions"), array("key_axis_positions"));
    let (query_offsets, key_offsets, key_ranges) = (array("query_offsets"), array("key_offsets"), array("key_ranges"));
    let mut problem = Problem::new();
    set!(
        problem,
        object,
        [
            query_positions,
            key_positions,
            query_axis_positions,
            key_axis_positions,
            query_offsets,
            key_offsets,
            key_ranges
        ],
        [
            state,
            batch,
            query_heads,
            key_heads,
            queries,
            keys,
            head_dim,
            value_dim,
            length,
            head_offset,
            query_position_stride,
            key_position_stride,
            segments
        ]
    );
    use_problem(&problem)
}

/// The same for FIRE.
pub fn with_fire<T>(object: &Value, use_config: impl FnOnce(&FireConfig<'_>) -> T) -> T {
    let [w1, b1, w2, b2] = ["w1", "b1", "w2", "b2"].map(|key| json::array::<f32>(object, key));
    let mut config = FireConfig::new();
    set!(config, object, [w1, b1, w2, b2], [hidden, heads, c, threshold, epsilon]);
    use_config(&config)
}
