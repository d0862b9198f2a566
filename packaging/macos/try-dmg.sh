#!/bin/sh
# On macOS: mounts the disk image, runs the self-test from it, and lets it go.
#     packaging/macos/try-dmg.sh FILE.dmg
set -eu

volume=$(mktemp -d)
hdiutil attach "$1" -readonly -nobrowse -mountpoint "$volume"
trap 'hdiutil detach "$volume" || hdiutil detach -force "$volume"' EXIT
codesign --verify --strict "$volume/GNet Desktop.app"
QT_QPA_PLATFORM=offscreen "$volume/GNet Desktop.app/Contents/MacOS/gnet-desktop" self-test
