#!/bin/sh
# The one command is tools/describe/generate.py.
exec "$(dirname "$0")/../tools/describe/generate.py" "$@"
