#!/bin/sh
# Installs GNet Desktop for this person alone, without root:
#
#     ./install.sh             into ~/.local, with an entry in the menu
#     ./install.sh --remove    away again; settings, history and checkpoints stay
#
# An older version there is replaced, once the new one is there in full.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
home=${HOME:?There is no home folder to install into. Set HOME.}
target=$home/.local/lib/gnet-desktop
command=$home/.local/bin/gnet-desktop

stop() {
    echo "gnet-desktop: $*" >&2
    exit 1
}

for process in /proc/[0-9]*; do
    case $(readlink "$process/exe" 2>/dev/null || true) in
        "$target"/*) stop "it is running from $target. Close it, then do this again." ;;
    esac
done

case ${1:-} in
    "") ;;
    --remove)
        [ -x "$target/gnet-desktop" ] || stop "it is not installed in $target."
        "$target/gnet-desktop" desktop-entry --remove
        rm -rf "$target"
        rm -f "$command"
        echo "removed $target"
        exit 0
        ;;
    *) stop "what is $1? It takes --remove, or nothing." ;;
esac

rm -rf "$target.new"
mkdir -p "$target.new" "$home/.local/bin"
cp -a "$here/gnet-desktop" "$here/_internal" "$here/install.sh" "$target.new/" || {
    rm -rf "$target.new"
    stop "the files could not be copied to $target. What was there before is as it was."
}
rm -rf "$target"
mv "$target.new" "$target"
ln -sfn "$target/gnet-desktop" "$command"
echo "installed in $target, to be removed with $target/install.sh --remove"
"$command" desktop-entry --install
case :$PATH: in
    *":$home/.local/bin:"*) ;;
    *) echo "In a terminal it is $command: $home/.local/bin is not in the PATH of this one." ;;
esac
