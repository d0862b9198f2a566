#!/bin/sh
# On Windows: installs, runs the self-test, removes, and looks for what is left.
#     packaging/windows/try-installer.sh SETUP.exe
set -eu

installed="$(cygpath -u "$LOCALAPPDATA")/Programs/GNet Desktop"
key='HKCU\Software\Classes\.pth\OpenWithProgids'

"$1" //S
"$installed/gnet-desktop-console.exe" self-test
reg query "$key" | grep -q GNetDesktop.Checkpoint
# _?= keeps the uninstaller from copying itself away, so that it is waited for.
"$installed/uninstall.exe" //S "_?=$(cygpath -w "$installed")"
if reg query "$key" 2>/dev/null | grep -q GNetDesktop.Checkpoint; then
    echo "the file type is still offered" >&2
    exit 1
fi
rm -f "$installed/uninstall.exe" # which can't delete itself when it is waited for
rmdir "$installed" 2>/dev/null || [ ! -e "$installed" ]
echo "installed, tested and removed"
