#!/bin/sh
# Installs, upgrades, upgrades while the program runs, and removes:
#     packaging/windows/try-installer.sh SETUP.exe    on Windows; also runs the self-test
#     packaging/windows/try-installer.sh check        under Wine, two versions of a small payload
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
stage=$(mktemp -d)
trap '[ -z "${WINEPREFIX:-}" ] || wineserver -k -w; rm -rf "$stage"' EXIT
key='HKCU\Software\Classes\.pth\OpenWithProgids'

wrong() {
    echo "try-installer: $*" >&2
    exit 1
}

if [ "$1" = check ]; then
    for tool in wine makensis; do
        command -v $tool >/dev/null || { echo "try-installer: skipped: $tool is not installed"; exit 0; }
    done
    export WINEPREFIX="$stage/wine" WINEDEBUG=-all WINEDLLOVERRIDES="mscoree,mshtml=" DISPLAY=
    wine wineboot --init >/dev/null 2>&1
    on_windows() { wine "$@" 2>/dev/null; }
    dos() { wine winepath -w "$1" 2>/dev/null | tr -d '\r'; }
    unix() { wine winepath -u "$1" 2>/dev/null | tr -d '\r'; }
    slash=/
    local=$(wine cmd /c 'echo %LOCALAPPDATA%' 2>/dev/null | tr -d '\r')
else
    on_windows() { "$@"; }
    dos() { cygpath -w "$1"; }
    unix() { cygpath -u "$1"; }
    slash=// # MSYS takes a single one for a folder
    local=$LOCALAPPDATA
fi

# started COMMAND-LINE: by cmd, so that its quotes reach the program as they are. NSIS
# wants _?= last and without any, and whoever quotes the whole of it is not waited for.
started() {
    printf '@%s\r\n@exit /b %%errorlevel%%\r\n' "$1" >"$stage/line.bat"
    on_windows cmd ${slash}c "$(dos "$stage/line.bat")"
}

# installed WHERE VERSION: all of this version is there, and nothing of another.
installed() {
    folder=$(unix "$1")
    [ "$(cat "$folder/_internal/version.txt")" = "$2" ] || wrong "not the version $2 in $1"
    [ "$(find "$folder/_internal" -name "only-in-*" | sed 's/.*only-in-//')" = "$2" ] || wrong "a mixture of versions in $1"
}

offered() { on_windows reg query "$key" | grep -q GNetDesktop.Checkpoint; }

removed() { # removed WHERE
    started "\"$1\\uninstall.exe\" /S _?=$1" || wrong "removal ended with status $?"
    ! offered || wrong "the file type is still offered"
    rm -f "$(unix "$1")/uninstall.exe" # which can't delete itself when it is waited for
    rmdir "$(unix "$1")" 2>/dev/null || [ ! -e "$(unix "$1")" ] || wrong "left in $1: $(ls "$(unix "$1")")"
}

if [ "$1" != check ]; then
    setup=$(dos "$1")
    place="$local\\Programs\\GNet Desktop"
    started "\"$setup\" /S" || wrong "installing ended with status $?"
    "$(unix "$place")/gnet-desktop-console.exe" self-test
    offered || wrong "the file type is not offered"
    # Over itself while it runs: refused, and what is there still works.
    started "\"$place\\gnet-desktop-console.exe\" --version" >/dev/null
    "$(unix "$place")/gnet-desktop.exe" --clean &
    program=$!
    sleep 5
    if started "\"$setup\" /S"; then wrong "it was installed over the running program"; fi
    kill $program
    sleep 2
    "$(unix "$place")/gnet-desktop-console.exe" --version
    started "\"$setup\" /S" || wrong "upgrading ended with status $?"
    removed "$place"
    echo "installed, tested, upgraded, refused while it ran, and removed"
    exit 0
fi

# Two versions of a program that only waits, made by NSIS itself.
printf 'Target amd64-unicode\nUnicode true\nSilentInstall silent\nOutFile "%s"\nSection\nSleep 60000\nSectionEnd\n' \
    "$stage/waits.exe" >"$stage/waits.nsi"
makensis -V1 "$stage/waits.nsi"
mkdir -p "$stage/with blanks"
for version in 1.0.0 1.1.0; do
    payload="$stage/payload $version"
    mkdir -p "$payload/_internal"
    cp "$stage/waits.exe" "$payload/gnet-desktop.exe"
    cp "$stage/waits.exe" "$payload/gnet-desktop-console.exe"
    echo $version >"$payload/_internal/version.txt"
    : >"$payload/_internal/only-in-$version"
    # By relative names, as the build does.
    (cd "$stage" && GNET_NSIS_TARGET=amd64-unicode GNET_VERSION=$version \
        "$root/packaging/windows/make-installer.sh" "payload $version" "with blanks/setup $version.exe" >/dev/null)
done
old=$(dos "$stage/with blanks/setup 1.0.0.exe")
new=$(dos "$stage/with blanks/setup 1.1.0.exe")
place="$local\\Programs\\GNet Desktop"

started "\"$old\" /S" || wrong "installing ended with status $?"
installed "$place" 1.0.0
offered || wrong "the file type is not offered"
printf "  installed into %s\n" "$place"
started "\"$new\" /S" || wrong "upgrading ended with status $?"
installed "$place" 1.1.0
echo "  upgraded: nothing of the old version is left"
wine "$(unix "$place")/gnet-desktop.exe" >/dev/null 2>&1 &
program=$!
sleep 3
status=0
started "\"$old\" /S" || status=$?
[ $status != 0 ] || wrong "it was installed over the running program"
installed "$place" 1.1.0
echo "  while it runs: status $status, and nothing was changed"
status=0
started "\"$place\\uninstall.exe\" /S _?=$place" || status=$?
[ $status != 0 ] || wrong "it was removed while it ran"
installed "$place" 1.1.0
kill $program
wineserver -k -w
removed "$place"
elsewhere=$(dos "$stage/wine/drive_c")
started "\"$new\" /S /D=${elsewhere}My Programs\\GNet 1" || wrong "installing elsewhere ended with status $?"
installed "${elsewhere}My Programs\\GNet 1" 1.1.0
started "\"$old\" /S" || wrong "upgrading elsewhere ended with status $?"
removed "${elsewhere}My Programs\\GNet 1"
echo "  into a folder of one's own with blanks, and removed: nothing is left"
