#!/usr/bin/env bash
# Fetches oneTBB's sources as Debian 13 has them, with apt from the mirror that this system uses, for a library that needs no oneTBB
# at run time (FARSPAN_SELF_CONTAINED). Prints the directory. Works without root.
#
#   scripts/onetbb-source.sh             into build/onetbb; does nothing if it is there
#
# Version 2022: of 2021.8, which Debian 12 has, each new arena of tasks costs memory for ever.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 0 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
folder=$PWD/build/onetbb release=trixie
if [ ! -f "$folder/source/include/oneapi/tbb.h" ]; then
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' | sed -n 's/ Debian$//p' | head -n 1)
    [ -n "$mirror" ] || { echo 'onetbb-source.sh: apt knows no mirror of Debian (run apt-get update)' >&2; exit 1; }
    rm -rf "$folder" && mkdir -p "$folder"/{lists/partial,archives/partial,source}
    echo "deb-src $mirror $release main" >"$folder/sources.list"
    (
        cd "$folder/archives"
        apt=(apt-get -q -o Acquire::Retries=3 -o APT::Sandbox::User= -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
             -o Dir::State::lists="$folder/lists" -o Dir::Cache::archives="$folder/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=)
        "${apt[@]}" update && "${apt[@]}" source --tar-only onetbb
    ) >"$folder/log" 2>&1 </dev/null || { tail -n 20 "$folder/log" >&2; echo 'onetbb-source.sh: cannot fetch it' >&2; exit 1; }
    tar -xf "$folder"/archives/onetbb_*.orig.tar.* -C "$folder/source" --strip-components=1
    rm -rf "$folder/lists"
fi
echo "$folder/source"
