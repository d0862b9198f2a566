#!/bin/sh
# Makes the disk image from the bundle that PyInstaller left:
#     packaging/macos/make-dmg.sh "dist/GNet Desktop.app" dist/OUT.dmg
# With --dry-run before them it only prints the commands, so that it can be tried anywhere.
set -eu

run() { "$@"; }
if [ "$1" = --dry-run ]; then
    run() { echo "$*"; }
    shift
fi
app=$1
out=$2
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# ditto keeps links and signatures, which plain copies break.
run ditto "$app" "$stage/$(basename "$app")"
run ln -s /Applications "$stage/Applications"
# hdiutil is sometimes "busy" while the system indexes the new files.
for attempt in 1 2 3 4 5; do
    if run hdiutil create -volname "GNet Desktop" -srcfolder "$stage" -format ULFO -ov "$out"; then
        exit 0
    fi
    echo "hdiutil was busy, attempt $attempt" >&2
    run sleep 10
done
exit 1
