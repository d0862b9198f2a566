#!/bin/sh
# Checks everything:  packaging/test.sh [ARGUMENTS OF pytest]
#
# Style, types, the rule of who imports whom, the wheel and its self-test, then
# the tests. It shares .venv with run.sh, unless that one is lean (a CPU torch
# beside which no torchvision can be imported): tests compare with torchvision,
# so they get .venv-test then, and the program's own environment stays small.
set -eu

here=$(readlink -f -- "$0" 2>/dev/null || echo "$0")
root=$(CDPATH='' cd -- "$(dirname -- "$here")/.." && pwd)
cd "$root"

venv=${GNET_VENV:-$root/.venv}
if [ -z "${GNET_VENV:-}" ] && [ -e "$venv/gnet-desktop.run" ] && [ ! -e "$venv/gnet-desktop.tests" ]; then
    "$venv/bin/python" -c 'import torchvision' 2>/dev/null || venv=$root/.venv-test
fi
wanted="$(cat pyproject.toml packaging/environment.py | cksum) $root"
found=$(cat "$venv/gnet-desktop.tests" 2>/dev/null || true)
if [ "$found" != "$wanted" ]; then
    "$(packaging/find-python.sh)" packaging/environment.py tests "$venv" "$wanted"
fi

failed=
check() { # check NAME COMMAND...: run it, remember that it failed, go on
    name=$1
    shift
    began=$(date +%s)
    echo "== $name"
    "$@" || failed="$failed, $name"
    echo "   $(($(date +%s) - began)) s"
}

run_tests() { # pytest; that it found none of these among the named ones is no failure
    "$bin/python" -m pytest "$@" || [ $? -eq 5 ]
}

bin=$venv/bin
check "ruff check" "$bin/ruff" check .
check "ruff format" "$bin/ruff" format --check .
check "mypy" "$bin/mypy"
check "import-linter" "$bin/lint-imports"
check "wheel" packaging/try-wheel.sh "$venv"
# two at a time, a file's tests together; what measures time or memory comes when these have ended
check "pytest" run_tests -n 2 --dist loadfile -m "not alone" "$@"
check "pytest, one at a time" run_tests -m alone "$@"

if [ -n "$failed" ]; then
    echo "FAILED: ${failed#, }"
    exit 1
fi
echo "all checks passed"
