#!/bin/sh
# Prints the Python to use: $PYTHON, or the first one found that is 3.11 or later.
set -eu
for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "$python"
        exit 0
    fi
done
echo "gnet-desktop: Python 3.11 or later was not found. Install it, or name it: PYTHON=/path/to/python3 $0" >&2
exit 3
