#!/bin/sh
# Builds the wheel into build/wheel, checks it, installs it alone and runs its self-test:
#     packaging/try-wheel.sh ENVIRONMENT
#
# "Alone": a new environment holds nothing but the wheel; the libraries it needs
# are lent by ENVIRONMENT through a path file, so that it takes seconds, and the
# checkout is neither the working directory nor on the path.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
lender=$1
out=$root/build/wheel
alone=$root/build/wheel-env

rm -rf "$out" "$alone"
mkdir -p "$out"
"$lender/bin/python" -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$out" "$root"
"$lender/bin/python" "$root/packaging/check_wheel.py" "$out"/*.whl
ls -l "$out"/*.whl | awk '{ printf "%s: %.1f MB\n", $NF, $5 / 1e6 }'

"$lender/bin/python" -m venv --without-pip "$alone"
"$lender/bin/python" -m pip --python "$alone/bin/python" install --quiet --disable-pip-version-check --no-deps "$out"/*.whl
site=$("$alone/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$lender/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$site/lent.pth"

cd "$alone"
where=$(bin/python -c 'import gnet_desktop; print(gnet_desktop.__file__)')
case $where in
    "$site"/*) ;;
    *) echo "the wheel is not what was imported: $where" >&2; exit 1 ;;
esac
QT_QPA_PLATFORM=offscreen bin/gnet-desktop self-test
if [ "$(uname -s)" = Linux ]; then # the menu entry that the wheel brought names this very program
    XDG_DATA_HOME=$alone/home bin/gnet-desktop desktop-entry --install >/dev/null
    grep -q "^TryExec=$alone/bin/gnet-desktop$" "$alone"/home/applications/zz-gnet-desktop-pictures.desktop
fi
cd "$root"
rm -rf "$alone"
