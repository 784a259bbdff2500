//! Every function of the C interface is called somewhere in this crate.

use std::fs;
use std::path::Path;

/// What the crate offers.
const HEADERS: [&str; 5] = ["farspan.h", "cache.h", "gradient.h", "eval.h", "model.h"];

/// Not called, with the reason.
const EXCEPTIONS: [(&str, &str); 1] =
    [("farspan_get_api", "for hosts that load the library at run time; this crate is linked to it")];

fn read_sources(directory: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        text += &if path.is_dir() { read_sources(&path) } else { fs::read_to_string(&path).unwrap() };
    }
    text
}

/// Whether `text` has the word, not as part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    let in_word = |c: Option<char>| c.map_or(false, |c| c.is_alphanumeric() || c == '_');
    text.match_indices(word)
        .any(|(at, _)| !in_word(text[..at].chars().next_back()) && !in_word(text[at + word.len()..].chars().next()))
}

#[test]
fn every_function_is_reachable() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header: String =
        HEADERS.iter().map(|name| fs::read_to_string(here.join("../include/farspan").join(name)).unwrap()).collect();
    let sources = read_sources(&here.join("src"));
    let functions: Vec<&str> = header
        .split("FARSPAN_API ")
        .skip(1)
        .filter_map(|declaration| declaration.split('(').next())
        .filter_map(|declaration| declaration.rsplit(&[' ', '*'][..]).next())
        .collect();
    assert!(functions.len() > 100 && functions.iter().all(|name| name.starts_with("farspan_")), "{:?}", functions);
    for name in functions {
        let excepted = EXCEPTIONS.iter().any(|exception| exception.0 == name);
        assert_ne!(has_word(&sources, name), excepted, "{} is to be called, or to be an exception, and not both", name);
    }
}
