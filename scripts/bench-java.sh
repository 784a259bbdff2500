#!/usr/bin/env bash
# What a call costs from Java: lines "java NAME NANOSECONDS", the least of JMH's iterations, so that what other
# programs on the machine take counts little.
#
#   scripts/bench-java.sh PREFIX   the library installed there
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -eq 1 ] && prefix=$(cd "$1" 2>/dev/null && pwd) || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }

output=$root/build/java-bench
mvn -q -B -ntp -f "$root/java" -Dfarspan.prefix="$prefix" -Dfarspan.output="$root/build/java" -DskipTests install >&2
mvn -q -B -ntp -f "$root/java/bench" -Dfarspan.output="$output" process-classes >&2

# run <benchmark> <options of JMH>
run() {
    local name=$1
    shift
    java -cp "$output/classes:$output/libraries/*" org.openjdk.jmh.Main "Crossing.$name\$" "$@" -rf json -rff "$output/$name.json" \
        >"$output/$name.log" </dev/null
    sed -n '/"rawData"/,/\]$/p' "$output/$name.json" | tr -d '[], ' | grep '^[0-9]' | sort -g |
        awk -v name="$name" 'NR == 1 { printf "java %s %.2f\n", name, $1 } END { exit !NR }'
}

run status -f 3 -wi 3 -i 3 -w 500ms -r 500ms
run rope_apply -f 3 -wi 3 -i 3 -w 500ms -r 500ms
run prefill -f 1 -bm ss -wi 20 -i 40
