//! Every size, offset and constant of the declarations is that of the header, and of the frozen layout of the ABI.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A condition as C writes it, and the number that Rust has for it.
type Number = (String, u64);

macro_rules! layout {
    ($($structure:ident: $($field:ident)*;)*) => {
        fn layout() -> Vec<Number> {
            let mut numbers = Vec::new();
            $({
                let place = std::mem::MaybeUninit::<farspan_sys::$structure>::uninit();
                let start = place.as_ptr();
                numbers.push((format!("sizeof({})", stringify!($structure)), std::mem::size_of_val(&place) as u64));
                $(
                    // SAFETY: the address is taken and nothing is read.
                    let field = unsafe { std::ptr::addr_of!((*start).$field) };
                    // A name that is a keyword of Rust has an underscore behind it.
                    let name = stringify!($field).trim_end_matches('_');
                    numbers.push((format!("offsetof({}, {})", stringify!($structure), name), field as u64 - start as u64));
                )*
            })*
            numbers
        }
    };
}

macro_rules! constants {
    ($($constant:ident)*) => {
        fn constants() -> Vec<Number> {
            vec![$((stringify!($constant).to_owned(), u64::from(farspan_sys::$constant)),)*]
        }
    };
}

include!("names.rs");

#[test]
fn the_header_agrees() {
    let include = Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor/include");
    let numbers = [layout(), constants()].concat();
    assert!(numbers.len() > 400, "{}", numbers.len());

    let mut source = String::from("#include <stddef.h>\n#include \"farspan/api_table.h\"\n");
    for (expression, number) in numbers {
        writeln!(source, "_Static_assert({} == {}, \"{}\");", expression, number, expression).unwrap();
    }
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout.c");
    fs::write(&file, source).unwrap();
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let output = Command::new(compiler).arg("-fsyntax-only").arg("-I").arg(include).arg(file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A line of the frozen layout, such as `AT(farspan_error, code, 4);`.
fn frozen(line: &str) -> Option<Number> {
    let (kind, rest) = line.strip_suffix(");")?.split_once('(')?;
    let (what, number) = rest.rsplit_once(", ")?;
    let expression = match kind {
        "AT" => format!("offsetof({})", what),
        "SIZE" => format!("sizeof({})", what),
        "VALUE" => what.to_owned(),
        _ => return None,
    };
    Some((expression, number.parse().ok()?))
}

/// In the repository: what was published once is still so.
#[test]
fn the_frozen_layout_agrees() {
    let list = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/abi/layout_1.c");
    let text = fs::read_to_string(list).expect("the repository's frozen layout");
    let numbers = [layout(), constants()].concat();
    let mut checked = 0;
    for line in text.lines().filter(|line| !line.contains("(farspan_api, ")) {
        if let Some((expression, number)) = frozen(line) {
            let here = numbers.iter().find(|row| row.0 == expression).map(|row| row.1);
            assert_eq!(here, Some(number), "{}", expression);
            checked += 1;
        }
    }
    assert!(checked > 400, "{}", checked);
}
