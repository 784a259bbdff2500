//! The C compiler confirms every size, offset and constant of the declarations against the header.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The first `stringify!(...)`s of a text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("stringify!(").skip(1).filter_map(|rest| rest.split(')').next())
}

/// What the layout tests in bindings.rs say, as C: they compare a number with a text such as
/// "Offset of field: ", stringify!(farspan_error), "::", stringify!(code).
fn layout_assertions(bindings: &str) -> Vec<String> {
    let squeezed: String = bindings.split_whitespace().collect();
    let pieces: Vec<&str> = squeezed.split("usize,concat!(").collect();
    let mut assertions = Vec::new();
    for (before, after) in pieces.iter().zip(&pieces[1..]) {
        let digits = before.chars().rev().take_while(char::is_ascii_digit).count();
        let number = &before[before.len() - digits..];
        let mut names = names(after);
        let structure = names.next().unwrap();
        if after.starts_with("\"Sizeof:\"") {
            assertions.push(format!("sizeof({}) == {}", structure, number));
        } else if after.starts_with("\"Offsetoffield:\"") {
            // bindgen puts an underscore behind a field whose name is a keyword of Rust: type_.
            let field = names.next().unwrap().trim_end_matches('_');
            assertions.push(format!("offsetof({}, {}) == {}", structure, field, number));
        }
    }
    assertions
}

fn constant_assertions(bindings: &str) -> Vec<String> {
    let value = |line: &str| {
        let (name, rest) = line.strip_prefix("pub const ")?.split_once(':')?;
        Some(format!("{} == {}", name, rest.split_once("= ")?.1.trim_end_matches(';')))
    };
    bindings.lines().filter_map(value).collect()
}

#[test]
fn the_header_agrees() {
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor/include");
    let bindings = include_str!("../src/bindings.rs");
    let (layout, constants) = (layout_assertions(bindings), constant_assertions(bindings));
    assert!(layout.len() > 150 && constants.len() > 90, "{} and {}", layout.len(), constants.len());

    let mut source = String::from("#include <stddef.h>\n") + include_str!("../headers.h");
    for condition in layout.iter().chain(&constants) {
        writeln!(source, "_Static_assert({}, \"{}\");", condition, condition).unwrap();
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout.c");
    fs::write(&file, source).unwrap();
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let output = Command::new(compiler).arg("-fsyntax-only").arg("-I").arg(include).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
