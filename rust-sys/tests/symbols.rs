//! Every function that is declared exists in the library that is loaded, and the other way round.

use std::collections::BTreeSet;
use std::ffi::CString;
use std::os::raw::{c_char, c_void};

extern "C" {
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

fn declared() -> BTreeSet<&'static str> {
    include_str!("../src/bindings.rs")
        .lines()
        .filter_map(|line| line.trim().strip_prefix("pub fn "))
        .filter_map(|line| line.split('(').next())
        .collect()
}

#[test]
fn every_declared_function_is_in_the_library() {
    assert_ne!(unsafe { farspan_sys::farspan_version() }, 0); // so that the library is loaded
    let names = declared();
    assert!(names.len() > 40, "read only {:?}", names);
    for name in names {
        let text = CString::new(name).unwrap();
        // A null library is the whole process.
        assert!(!unsafe { dlsym(std::ptr::null_mut(), text.as_ptr()) }.is_null(), "{} is not in the library", name);
    }
}

#[test]
fn the_loaded_library_has_the_abi_of_the_declarations() {
    assert_eq!(unsafe { farspan_sys::farspan_abi_version() }, farspan_sys::FARSPAN_ABI_VERSION);
    assert!(!unsafe { farspan_sys::farspan_get_api(farspan_sys::FARSPAN_ABI_VERSION) }.is_null());
}

/// In the repository: what the library exports is declared.
#[test]
fn every_exported_function_is_declared() {
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/abi/symbols.txt");
    let exported = std::fs::read_to_string(list).expect("the repository's list of symbols");
    let exported: BTreeSet<&str> = exported.lines().filter_map(|line| line.split('@').next()).collect();
    assert_eq!(exported.into_iter().filter(|name| name.starts_with("farspan_")).collect::<BTreeSet<_>>(), declared());
}
