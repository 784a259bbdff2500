//! Finds libfarspan, or builds it. The order: `FARSPAN_LIB_DIR`; with the feature `vendored`, the sources in `vendor`;
//! pkg-config. `FARSPAN_STATIC=1` links the static library; `FARSPAN_ONETBB_SOURCE` has the vendored one bring oneTBB with it. Build scripts
//! of dependent crates read `DEP_FARSPAN_INCLUDE`.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

/// The libraries that the static one needs: oneTBB and the C++ runtime.
const STATIC_NEEDS: [&str; 3] = ["tbb", "stdc++", "m"];

fn main() {
    for name in [
        "FARSPAN_LIB_DIR",
        "FARSPAN_STATIC",
        "FARSPAN_ONETBB_SOURCE",
        "PKG_CONFIG",
        "PKG_CONFIG_PATH",
        "PKG_CONFIG_LIBDIR",
        "DOCS_RS",
    ] {
        println!("cargo:rerun-if-env-changed={}", name);
    }
    println!("cargo:rerun-if-changed=build.rs");
    if env::var_os("DOCS_RS").is_some() {
        return; // documentation needs no library
    }
    let found = match env::var_os("FARSPAN_LIB_DIR") {
        Some(directory) => use_directory(Path::new(&directory)),
        None if env::var_os("CARGO_FEATURE_VENDORED").is_some() => build_vendored(),
        None => use_pkg_config(),
    };
    if let Err(reason) = found {
        eprintln!(
            "farspan-sys: no usable libfarspan: {}\n\
             Give one of:\n  \
             - FARSPAN_LIB_DIR, the directory that holds libfarspan.so (libfarspan.a with FARSPAN_STATIC=1)\n  \
             - PKG_CONFIG_PATH, the directory that holds farspan.pc (PREFIX/lib/pkgconfig of an installation)\n  \
             - the feature \"vendored\", which builds the library (needs CMake, a C++20 compiler, oneTBB, xsimd and xxHash)",
            reason
        );
        process::exit(1);
    }
}

fn wants_static() -> bool {
    env::var_os("FARSPAN_STATIC").map_or(false, |value| value != "0" && !value.is_empty())
}

fn link_static(directory: &Path) {
    println!("cargo:rustc-link-search=native={}", directory.display());
    println!("cargo:rustc-link-lib=static=farspan");
    for library in STATIC_NEEDS {
        println!("cargo:rustc-link-lib={}", library);
    }
}

fn use_directory(directory: &Path) -> Result<(), String> {
    let file = directory.join(if wants_static() { "libfarspan.a" } else { "libfarspan.so" });
    if !file.is_file() {
        return Err(format!("FARSPAN_LIB_DIR is set, and there is no {}", file.display()));
    }
    if wants_static() {
        link_static(directory);
    } else {
        println!("cargo:rustc-link-search=native={}", directory.display());
        println!("cargo:rustc-link-lib=farspan");
    }
    Ok(())
}

/// Any version that has this crate's functions and the same structs: versions 0.x are compatible within 0.x only.
fn use_pkg_config() -> Result<(), String> {
    let version = |part: &str| env::var(format!("CARGO_PKG_VERSION_{}", part)).expect("set by Cargo");
    let next_minor = version("MINOR").parse::<u32>().expect("a number") + 1;
    let mut command = Command::new(env::var_os("PKG_CONFIG").unwrap_or_else(|| "pkg-config".into()));
    command.args(["--print-errors", "--cflags", "--libs"]);
    if wants_static() {
        command.arg("--static");
    }
    command.env("PKG_CONFIG_ALLOW_SYSTEM_CFLAGS", "1").env("PKG_CONFIG_ALLOW_SYSTEM_LIBS", "1");
    command.arg(format!("farspan >= {}.{}.{}", version("MAJOR"), version("MINOR"), version("PATCH")));
    command.arg(format!("farspan < {}.{}", version("MAJOR"), next_minor));
    let output = command.output().map_err(|cause| format!("cannot run {:?}: {}", command.get_program(), cause))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    for word in String::from_utf8_lossy(&output.stdout).split_whitespace() {
        match word.get(..2) {
            Some("-I") => println!("cargo:include={}", &word[2..]),
            Some("-L") => println!("cargo:rustc-link-search=native={}", &word[2..]),
            Some("-l") if word == "-lfarspan" && wants_static() => println!("cargo:rustc-link-lib=static=farspan"),
            Some("-l") => println!("cargo:rustc-link-lib={}", &word[2..]),
            _ => {}
        }
    }
    Ok(())
}

fn build_vendored() -> Result<(), String> {
    let source = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("set by Cargo")).join("vendor");
    let build = PathBuf::from(env::var_os("OUT_DIR").expect("set by Cargo")).join("build");
    if !source.join("CMakeLists.txt").is_file() {
        return Err(format!("the sources are missing: {}", source.display()));
    }
    for part in ["CMakeLists.txt", "cmake", "include", "src"] {
        println!("cargo:rerun-if-changed={}", source.join(part).display());
    }
    let mut configure = Command::new("cmake");
    configure.arg("-S").arg(&source).arg("-B").arg(&build).arg("-DCMAKE_BUILD_TYPE=Release");
    for part in ["TESTS", "TOOLS", "EXAMPLES", "BENCH"] {
        configure.arg(format!("-DFARSPAN_BUILD_{}=OFF", part));
    }
    let onetbb = onetbb_source(&source);
    match &onetbb {
        Some(directory) => configure.arg("-DFARSPAN_SELF_CONTAINED=ON").arg(define("FARSPAN_ONETBB_SOURCE", directory)),
        None => configure.arg("-DFARSPAN_SELF_CONTAINED=OFF"),
    };
    run(&mut configure)?;
    run(Command::new("cmake")
        .arg("--build")
        .arg(&build)
        .args(["--target", "farspan_static", "--parallel"])
        .arg(jobs()))?;
    println!("cargo:include={}", source.join("include").display());
    if onetbb.is_none() {
        link_static(&build.join("src"));
        return Ok(());
    }
    for directory in [build.join("src"), build.join("onetbb"), directory_of_libstdcxx()?] {
        println!("cargo:rustc-link-search=native={}", directory.display());
    }
    for library in ["static=farspan", "static=tbb", "static=stdc++", "m"] {
        println!("cargo:rustc-link-lib={}", library);
    }
    Ok(())
}

/// oneTBB's sources, if they are given: by the environment, or in the crate.
fn onetbb_source(vendor: &Path) -> Option<PathBuf> {
    let given = env::var_os("FARSPAN_ONETBB_SOURCE").filter(|value| !value.is_empty()).map(PathBuf::from);
    given.or_else(|| Some(vendor.join("onetbb")).filter(|directory| directory.is_dir()))
}

fn define(name: &str, value: &Path) -> OsString {
    let mut word = OsString::from(format!("-D{}=", name));
    word.push(value);
    word
}

/// Where the C++ compiler that CMake takes has its libstdc++.a.
fn directory_of_libstdcxx() -> Result<PathBuf, String> {
    let compiler = env::var_os("CXX").unwrap_or_else(|| "c++".into());
    let output = Command::new(&compiler)
        .arg("-print-file-name=libstdc++.a")
        .output()
        .map_err(|cause| format!("cannot run {:?}: {}", compiler, cause))?;
    let file = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    match file.parent() {
        Some(directory) if file.is_file() => Ok(directory.to_owned()),
        _ => Err(format!("{:?} has no libstdc++.a", compiler)),
    }
}

fn jobs() -> String {
    env::var("NUM_JOBS").unwrap_or_else(|_| "1".to_owned())
}

fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|cause| format!("cannot run {:?}: {}", command.get_program(), cause))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{:?} ended with {}", command, status))
    }
}
