#!/usr/bin/env bash
# Tests the Java binding against an installed library. The last line is "N passed, M failed[, K skipped]", counted from the reports
# of JUnit and the checks below. Leaves the conformance runner at build/conformance/java.
#
#   scripts/test-java.sh PREFIX          the library installed there
set -uo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }

output=$root/build/java service=$root/build/java-service
source "$root/scripts/check.sh"
mkdir -p "$output" "$service"

# maven <folder> <goals>: the build of java/ or of another project
maven() {
    local folder=$1
    shift
    mvn -B -ntp -Dstyle.color=never -f "$folder" -Dfarspan.prefix="$prefix" -Dfarspan.output="$output" -Dservice.output="$service" \
        -Dfarspan.command="$prefix/bin/farspan" "$@"
}

# junit <name> <project> <folders of reports>: adds what JUnit reported; a build that fails otherwise is one failure
junit() {
    local name=$1 project=$2 log=$work/junit.log counts p f s code
    shift 2
    rm -rf "$@"
    maven "$project" -Dmaven.test.failure.ignore=true install >"$log" 2>&1 </dev/null
    code=$?
    counts=$(find "$@" -name 'TEST-*.xml' -exec grep -ho '<testsuite [^>]*' {} + 2>/dev/null |
        sed 's/.* tests="\([0-9]*\)" errors="\([0-9]*\)" skipped="\([0-9]*\)" failures="\([0-9]*\)".*/\1 \2 \3 \4/' |
        awk '{f += $2 + $4; s += $3; p += $1 - $2 - $3 - $4} END {print p + 0, f + 0, s + 0}')
    read -r p f s <<<"$counts"
    if [ "$code" -ne 0 ] || [ "$p" -eq 0 ]; then f=$((f + 1)); fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "$name: $p passed, $f failed, $s skipped"
    [ "$f" -eq 0 ] || grep -v '^\[INFO\]' "$log" | head -n 80
}

# The JVM writes what -Xcheck:jni finds past Maven, which keeps it in a dump.
jni_is_used_correctly() {
    ! grep -rE 'WARNING in native method|WARNING: JNI|FATAL ERROR in native|disabled stack guard' "$output" "$service" --include='*.dumpstream' \
        --include='*.dump' --include='*-output.txt' --include='*.xml' --include='*.log'
}

jar=$output/farspan-0.1.0.jar

# The same numbers as the C example.
example_agrees_with_c() {
    local pkg_config=$prefix/lib/pkgconfig:$prefix/lib64/pkgconfig:$prefix/lib/$(uname -m)-linux-gnu/pkgconfig libraries
    libraries=$(PKG_CONFIG_PATH=$pkg_config pkg-config --variable=libdir farspan) || return
    # shellcheck disable=SC2046
    cc "$root/examples/c/long_context.c" $(PKG_CONFIG_PATH=$pkg_config pkg-config --cflags --libs farspan) -o "$work/long_context" &&
        LD_LIBRARY_PATH=$libraries "$work/long_context" >"$work/c.txt" &&
        javac -Xlint:all -Werror -cp "$jar" -d "$work/example" "$root/examples/java/LongContext.java" &&
        java -cp "$jar:$work/example" LongContext >"$work/java.txt" && diff "$work/c.txt" "$work/java.txt"
}

# new_project <folder> <package to use>: a project outside the repository
new_project() {
    mkdir -p "$1/src/main/java/consumer"
    cat >"$1/pom.xml" <<'END'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>consumer</groupId>
  <artifactId>consumer</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>io.farspan</groupId>
      <artifactId>farspan</artifactId>
      <version>0.1.0</version>
    </dependency>
  </dependencies>
  <build>
    <pluginManagement>
      <plugins>
        <plugin><artifactId>maven-resources-plugin</artifactId><version>3.3.1</version></plugin>
        <plugin><artifactId>maven-compiler-plugin</artifactId><version>3.12.1</version></plugin>
      </plugins>
    </pluginManagement>
  </build>
</project>
END
    echo 'module consumer { requires io.farspan; }' >"$1/src/main/java/module-info.java"
    cat >"$1/src/main/java/consumer/Main.java" <<END
package consumer;

import $2;

public class Main {
    public static void main(String[] arguments) {
        try (var scheme = io.farspan.Scheme.builder().build()) {
            System.out.println(io.farspan.Farspan.versionText() + " " + scheme.probe(0, 9, 4, 0).relativePosition());
        }
    }
}
END
}

a_new_project_uses_the_artefact() {
    new_project "$work/consumer" io.farspan.Scheme
    maven "$work/consumer" -q compile org.codehaus.mojo:exec-maven-plugin:3.1.1:java -Dexec.mainClass=consumer.Main | tee "$work/said" &&
        grep -q '[0-9]\.[0-9]*\.[0-9]* 5\.0$' "$work/said"
}

the_generated_code_is_not_exported() {
    new_project "$work/nosy" io.farspan.internal.Native
    ! maven "$work/nosy" -q compile >"$work/nosy.log" || return 1
    cat "$work/nosy.log"
    grep -q 'package io.farspan.internal is not visible' "$work/nosy.log"
}

answers_the_conformance_vectors() {
    "$root/tests/conformance/judge.py" java "$root/tests/vectors/conformance" scalar 2 "$root/build/conformance/java"
}

decoding_in_a_pool_agrees_with_decoding_alone() {
    javac -Xlint:all -Werror -cp "$jar" -d "$work/example" "$root/examples/java/DecodePool.java" &&
        java -Xcheck:jni -cp "$jar:$work/example" DecodePool | tee "$work/said" && grep -q 'the same numbers as one after the other' "$work/said"
}

mkdir -p "$output/locales"
check 'a locale with a decimal comma' localedef -i de_DE -f UTF-8 "$output/locales/de_DE.UTF-8"
junit 'java' "$root/java" "$output"/surefire-reports "$output"/surefire-reports-small-heap
check 'the example prints what the C example prints' example_agrees_with_c
check 'decoding in a pool agrees with decoding alone' decoding_in_a_pool_agrees_with_decoding_alone
check 'a new project uses the artefact' a_new_project_uses_the_artefact
check 'the generated code is not exported' the_generated_code_is_not_exported

mkdir -p "$root/build/conformance"
cat >"$root/build/conformance/java" <<END
#!/bin/sh
exec java -cp '$output/test-classes:$output/classes:$output/test-libraries/*' io.farspan.Conformance "\$@"
END
chmod +x "$root/build/conformance/java"
check 'the conformance vectors' answers_the_conformance_vectors

junit 'the service' "$root/examples/java-service" "$service/surefire-reports"
check 'JNI is used correctly' jni_is_used_correctly
if command -v swig >/dev/null; then
    check 'the generated sources are those of SWIG' "$root/tools/describe/generate.py" --check
else
    skipped=$((skipped + 1))
    echo 'skipped the generated sources: swig is not installed'
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
