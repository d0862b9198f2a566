#!/bin/sh
# Builds one kind of package into dist/:  packaging/build.sh cpu|cuda|thin|wheel
#
#   cpu    the PyInstaller bundle with torch's CPU build, its .deb and, for machines
#          without root, its .tar.xz (on Windows its installer, on macOS its disk image)
#   cuda   the bundle with torch's CUDA build (7 GB; no .deb)
#   thin   a .deb on Debian 13's own torch, PySide6 and Python
#   wheel  the wheel, and its self-test in an environment of its own
#
# Each makes its own environment under build/, and clears away what it made there
# when it is done (GNET_KEEP=1 keeps the environment for the next time). Words go
# to the terminal, the long ones to build/KIND.log. GNET_XZ is xz's level, 2 if unset.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
kind=${1:-cpu}
log=build/$kind.log
env=build/$kind-env
bin=$env/bin
system=linux
case $(uname -s) in
    MINGW* | MSYS* | CYGWIN*) system=windows bin=$env/Scripts ;;
    Darwin) system=macos ;;
esac
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' gnet_desktop/__init__.py)
began=$(date +%s)
# The same sources give the same bytes: no set's order and no time of the day in them.
export PYTHONHASHSEED=1
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
mkdir -p build dist
: >"$log"

say() { echo "build $kind: $* ($(($(date +%s) - began)) s)"; }

logged() { # run, keep the words; show the last of them only if it failed
    "$@" >>"$log" 2>&1 || {
        tail -n 30 "$log" >&2
        echo "build $kind: failed: $*; all words are in $log" >&2
        exit 1
    }
}

environment() { # environment PROFILE
    stamp="$(cat pyproject.toml packaging/environment.py | cksum) $root"
    [ "$(cat "$env/gnet-desktop.$1" 2>/dev/null || true)" = "$stamp" ] ||
        logged "$(packaging/find-python.sh)" packaging/environment.py "$1" "$env" "$stamp"
    say "environment: $(du -sm "$env" | cut -f1) MB"
}

cleanup() {
    rm -rf build/pyinstaller build/stage build/wheel-env build/pipx
    [ -n "${GNET_KEEP:-}" ] || rm -rf "$env"
}

alone() { # alone PROGRAM: its self-test, away from the checkout
    (cd / && QT_QPA_PLATFORM=offscreen "$1" self-test)
}

bundle() { # bundle FLAVOUR
    environment "$1-bundle"
    # A compiler that torch names as a requirement and eager passes never load: 900 MB.
    logged "$bin/python" -m pip uninstall --yes triton
    logged "$bin/python" packaging/icons.py build/icons
    rm -rf dist/gnet-desktop
    logged env GNET_FLAVOUR="$1" "$bin/python" -m PyInstaller --noconfirm --log-level WARN \
        --workpath build/pyinstaller --distpath dist packaging/gnet-desktop.spec
    # A missing library is only a warning to PyInstaller; the bundle would have no window.
    if grep "Library not found" "$log" | grep -v -E 'libg[td]k-3|libcuda\.so|libnvcuda'; then
        echo "build $1: libraries were missing on this machine, so that the bundle lacks them" >&2
        exit 1
    fi
    say "collected: $(du -sm dist/gnet-desktop | cut -f1) MB"
    grep "licences of" "$log"
    PATH=$root/$bin:$PATH "$bin/python" packaging/finish_bundle.py dist/gnet-desktop "$1"
    say "self-test of the bundle"
    case $system in
        windows) alone "$root/dist/gnet-desktop/gnet-desktop-console.exe" ;;
        macos) alone "$root/dist/GNet Desktop.app/Contents/MacOS/gnet-desktop" ;;
        *) alone "$root/dist/gnet-desktop/gnet-desktop" ;;
    esac
}

tarball() { # for one person, without root: see packaging/linux/install.sh
    tar=dist/gnet-desktop-$version-linux-$(uname -m).tar.xz
    cp packaging/linux/install.sh dist/gnet-desktop/
    cp build/sbom.cdx.json "dist/gnet-desktop-$version-linux-$(uname -m).cdx.json"
    # Two threads wherever it is built: one would cut the stream otherwise, and change its bytes.
    tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C dist -cf - gnet-desktop |
        xz "-${GNET_XZ:-2}" -T2 >"$tar"
    say "$(ls -l "$tar" | awk '{ printf "%s, %.1f MB", $NF, $5 / 1e6 }')"
}

wheel() {
    python=$(packaging/find-python.sh)
    rm -rf "$env" build/pipx
    rm -f dist/*.whl
    logged "$python" -m venv "$env"
    logged "$bin/python" -m pip wheel --no-deps --wheel-dir dist .
    say "$(ls -l dist/*.whl | awk '{ printf "%s, %.1f MB", $NF, $5 / 1e6 }')"
    logged "$python" packaging/check_wheel.py dist/*.whl
    # CPU builds, so that it takes minutes; people without constraints get what pip chooses.
    set -- --constraint "$root/packaging/constraints-cpu.txt"
    logged "$bin/python" -m pip install "$@" dist/*.whl
    say "installed alone: $(du -sm "$env" | cut -f1) MB"
    alone "$root/$bin/gnet-desktop"
    rm -rf "$env"
    logged "$python" -m venv "$env"
    logged "$bin/python" -m pip install pipx
    PIPX_HOME=$root/build/pipx PIPX_BIN_DIR=$root/build/pipx/bin PIPX_MAN_DIR=$root/build/pipx/man
    export PIPX_HOME PIPX_BIN_DIR PIPX_MAN_DIR
    logged "$bin/python" -m pipx install --python "$python" --pip-args "$*" dist/*.whl
    say "installed by pipx"
    alone "$root/build/pipx/bin/gnet-desktop"
}

case $kind in
    cpu)
        bundle cpu
        say "writing what people install"
        case $system in
            windows) packaging/windows/make-installer.sh dist/gnet-desktop "dist/gnet-desktop-$version-setup.exe" ;;
            macos) packaging/macos/make-dmg.sh "dist/GNet Desktop.app" "dist/gnet-desktop-$version-arm64.dmg" ;;
            *)
                "$bin/python" packaging/documents.py build/documents
                "$bin/python" packaging/deb.py bundle dist
                tarball
                ;;
        esac
        ;;
    cuda)
        bundle cuda
        ;;
    thin)
        environment thin
        logged "$bin/python" packaging/icons.py build/icons
        "$bin/python" packaging/documents.py build/documents
        "$bin/python" packaging/deb.py thin dist
        ;;
    wheel)
        wheel
        ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
cleanup
say "done"
