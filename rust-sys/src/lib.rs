//! The C interface of Farspan (crate `farspan`), declared for Rust: position encodings and attention for
//! long contexts. The contract of each item is in the C header, `farspan/farspan.h`; the crate `farspan` is the safe layer
//! over this one.
//!
//! Names, types and values are those of the header. Options are integer constants and not Rust enums, so that a value that a
//! newer library returns is just another number.
//!
//! The build script links the installed library that `FARSPAN_LIB_DIR` or pkg-config names, or builds one with the feature
//! `vendored`; see the README of this crate.
//!
//! ```
//! let version = unsafe { farspan_sys::farspan_version() };
//! assert!(version >= farspan_sys::FARSPAN_VERSION);
//! ```

#![allow(non_camel_case_types)]

#[rustfmt::skip]
mod bindings;

pub use bindings::*;
