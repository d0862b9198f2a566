#!/bin/sh
# Makes the Windows installer from the folder that PyInstaller left:
#     packaging/windows/make-installer.sh FOLDER OUT.exe
# Without FOLDER, or on a system without one, "check" compiles the script over a
# few empty files: every warning is an error.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' "$root/gnet_desktop/__init__.py")
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
icon=$root/build/icons/gnet-desktop.ico
set -- -V2 -WX "-DVERSION=$version" "-DPAYLOAD=$payload" "-DOUT=$out" "-DLICENSE=$root/LICENSE"
[ ! -e "$icon" ] || set -- "$@" "-DICON=$icon"
makensis "$@" "$root/packaging/windows/installer.nsi"
ls -l "$out"
