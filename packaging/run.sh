#!/bin/sh
# Runs GNet Desktop from a checkout:  packaging/run.sh [ARGUMENTS OF gnet-desktop]
#
# The first use makes an environment in .venv and installs what the program
# needs; later uses start at once. Words go to stderr, so that the program's
# output can be piped. PYTHON chooses the interpreter, GNET_VENV the folder.
set -eu

here=$(readlink -f -- "$0" 2>/dev/null || echo "$0")
root=$(CDPATH='' cd -- "$(dirname -- "$here")/.." && pwd)
venv=${GNET_VENV:-$root/.venv}

# The stamp names the requirements and the place, so that changed requirements
# and a moved checkout are brought up to date.
wanted="$(cat "$root/pyproject.toml" "$root/packaging/environment.py" | cksum) $root"
found=$(cat "$venv/gnet-desktop.run" 2>/dev/null || true)
if [ "$found" != "$wanted" ]; then
    python=$("$root/packaging/find-python.sh")
    "$python" "$root/packaging/environment.py" run "$venv" "$wanted"
fi
exec "$venv/bin/gnet-desktop" "$@"
