#!/bin/sh
# Makes the Windows installer from the folder that PyInstaller left:
#     packaging/windows/make-installer.sh FOLDER OUT.exe
# Without FOLDER, or on a system without one, "check" compiles the script over a
# few empty files: every warning is an error. GNET_NSIS_TARGET names another kind
# of setup program than NSIS's own (amd64-unicode), GNET_VERSION another version.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
version=${GNET_VERSION:-$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$root/gnet_desktop/__init__.py")}
payload=$1
out=${2:-}
if [ "$payload" = check ]; then
    stage=$(mktemp -d)
    trap 'rm -rf "$stage"' EXIT
    payload=$stage/payload
    out=$stage/gnet-desktop-check.exe
    mkdir -p "$payload/_internal"
    : >"$payload/gnet-desktop.exe"
    : >"$payload/_internal/base_library.zip"
fi

# makensis looks for relative names beside its script, and on Windows takes /c/... for an option.
native() { # native PATH: absolute, in the system's own words
    case $1 in
        /* | ?:*) path=$1 ;;
        *) path=$PWD/$1 ;;
    esac
    if command -v cygpath >/dev/null; then cygpath -w "$path"; else echo "$path"; fi
}

icon=$root/build/icons/gnet-desktop.ico
set -- -V2 -WX "-DVERSION=$version" "-DPAYLOAD=$(native "$payload")" "-DOUT=$(native "$out")" "-DLICENSE=$(native "$root/LICENSE")"
[ ! -e "$icon" ] || set -- "$@" "-DICON=$(native "$icon")"
[ -z "${GNET_NSIS_TARGET:-}" ] || set -- "$@" "-DTARGET=$GNET_NSIS_TARGET"
makensis "$@" "$(native "$root/packaging/windows/installer.nsi")"
ls -l "$out"
