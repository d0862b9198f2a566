#!/bin/sh
# Installs the packages in dist/ in bare systems and uses them as a person would:
#
#     packaging/verify.sh [ROOM...]     rooms: bundle-12 bundle-13 thin-13 (default: all)
#
# In each room, a minimal Debian made anew: install, self-test from the launcher,
# a window on a screen of its own, a photo opened by the menu entry's command,
# completion and man page, purge, and a look for what was left behind. Says what
# it did; screenshots go to build/verify/. Needs root, mmdebstrap, Xvfb, xwininfo
# and import (ImageMagick); without them it says so and does nothing.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
out=$root/build/verify
id=io.github.gnet_desktop.gnet_desktop
person=1000 # the program never runs as root here, so its own folder is read-only to it
screen=:87

say() { echo "verify: $*"; }
seconds() { date +%s.%N; }
since() { awk "BEGIN { printf \"%.1f s\", $(seconds) - $1 }"; }

[ "$(id -u)" = 0 ] || { say "skipped: it needs root, to make a bare system and go into it"; exit 0; }
for tool in mmdebstrap Xvfb xwininfo import; do
    command -v $tool >/dev/null || { say "skipped: $tool is not installed"; exit 0; }
done

failed=
room=
xvfb=
fail() {
    say "  WRONG: $*"
    failed=yes
}

leave() {
    [ -z "$xvfb" ] || kill "$xvfb" 2>/dev/null || true
    if [ -n "$room" ] && [ -d "$room" ]; then
        # Whatever still runs in the room would keep it from being taken down.
        for process in /proc/[0-9]*; do
            [ "$(readlink "$process/root" 2>/dev/null)" != "$room" ] || kill -9 "${process#/proc/}" 2>/dev/null || true
        done
        sleep 1
        umount "$room/proc" "$room/dev" 2>/dev/null || true
        mountpoint -q "$room/proc" || mountpoint -q "$room/dev" || rm -rf "$room"
    fi
}
trap leave EXIT
trap 'exit 130' INT TERM

as_root() { chroot "$room" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
as_person() {
    chroot "$room" /usr/bin/setpriv --reuid $person --regid $person --clear-groups \
        /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home/person LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=/home/person "$@"
}
apt() { as_root apt-get -qq -y -o APT::AutoRemove::RecommendsImportant=false -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1; }

# Everything in the room, less what apt and dpkg keep for themselves.
listed() {
    (cd "$room" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./home -o -path ./var/cache \
        -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o -print) | sort
}

make_room() { # make_room SUITE NAME
    base=$root/build/rooms/$1.tar
    if [ ! -e "$base" ]; then
        mkdir -p "$root/build/rooms"
        mmdebstrap --quiet --format=tar --variant=minbase "$1" "$base.part" "${GNET_MIRROR:-http://deb.debian.org/debian}"
        mv "$base.part" "$base"
    fi
    room=$root/build/rooms/$2
    rm -rf "$room"
    mkdir -p "$room"
    tar -xf "$base" -C "$room"
    cp /etc/resolv.conf "$room/etc/resolv.conf"
    mount -t proc proc "$room/proc"
    mount --bind /dev "$room/dev"
    mkdir -p "$room/home/person"
    chown $person:$person "$room/home/person"
}

# A window of ours on the screen: its title, or nothing.
window() { DISPLAY=$screen xwininfo -root -tree 2>/dev/null | grep -i 'gnet desktop' | grep -v '1x1' | head -n 1 || true; }

# window_of LABEL COMMAND...: run it in the room, wait for the window, let it work, photograph, close.
window_of() {
    label=$1
    shift
    began=$(seconds)
    as_person DISPLAY=$screen "$@" >"$out/$label.txt" 2>&1 &
    started=$!
    for _ in $(seq 600); do
        [ -z "$(window)" ] || break
        sleep 0.1
    done
    if [ -z "$(window)" ]; then
        fail "$label: no window after 60 s: $(tail -n 3 "$out/$label.txt")"
    else
        say "  $label: window after $(since "$began"): $(window | sed 's/^ *[^"]*"\([^"]*\)".*/\1/')"
        sleep "${GNET_WORK_SECONDS:-15}"
        DISPLAY=$screen import -window root "$out/$label.png"
        count=0
        for process in /proc/[0-9]*; do
            [ "$(readlink "$process/root" 2>/dev/null)" = "$room" ] || continue
            if tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -q '^\(/usr/bin/python3 \)\{0,1\}[^ ]*gnet-desktop'; then
                count=$((count + 1))
                kill "${process#/proc/}" 2>/dev/null || true
            fi
        done
        [ $count = 1 ] || fail "$label: $count processes of the program instead of one"
    fi
    wait $started || true
    for _ in $(seq 50); do
        [ -n "$(window)" ] || break
        sleep 0.1
    done
}

verify() { # verify NAME SUITE DEB
    name=$1
    log=$out/$name.log
    deb=$3
    package=$(dpkg-deb -f "$deb" Package)
    : >"$log"
    say "$name: $(basename "$deb"), $(($(stat -c %s "$deb") / 1000000)) MB, in a minimal $2"
    make_room "$2" "$name"
    apt update
    before=$(listed)

    cp "$deb" "$room/tmp/package.deb"
    began=$(seconds)
    apt install --no-install-recommends /tmp/package.deb || { fail "it did not install, see $log"; return 0; }
    count=$(grep -c '^Setting up' "$log")
    say "  installed in $(since "$began"): $count packages, $(du -sm --exclude=proc --exclude=dev "$room" | cut -f1) MB with the system," \
        "$(($(as_root dpkg-query -W -f '${Installed-Size}' "$package") / 1024)) MB its own"

    began=$(seconds)
    if as_person QT_QPA_PLATFORM=offscreen gnet-desktop self-test >"$out/$name-self-test.txt" 2>&1; then
        say "  self-test passed in $(since "$began")"
    else
        fail "self-test: $(cat "$out/$name-self-test.txt")"
    fi
    status=0
    as_person gnet-desktop >"$out/$name-no-display.txt" 2>&1 || status=$?
    said=$(tail -n 3 "$out/$name-no-display.txt")
    if [ $status = 3 ]; then say "  without a display: status 3, $said"; else fail "without a display: status $status: $said"; fi

    Xvfb $screen -screen 0 1600x1000x24 -nolisten tcp >/dev/null 2>&1 &
    xvfb=$!
    sleep 1
    # As a desktop has: they make the file types known and start programs by them.
    apt install --no-install-recommends shared-mime-info desktop-file-utils libglib2.0-bin fonts-dejavu-core man-db
    mkdir -p "$room/home/person/Pictures with blanks"
    cp "$photo" "$room/home/person/Pictures with blanks/photo.jpg"
    chown -R $person:$person "$room/home/person"
    window_of "$name-window" gnet-desktop

    as_person gio mime image/jpeg 2>/dev/null | grep -q $id || fail "not offered for image/jpeg"
    printf 'PK\003\004 and so on' >"$room/home/person/weights.pth"
    as_person gio info -a standard::content-type /home/person/weights.pth | grep -q pytorch-checkpoint ||
        fail "a .pth is not known as a checkpoint"
    ! grep -r -s -l $id "$room/etc" "$room/usr/share/applications/mimeapps.list" "$room/usr/share/applications/defaults.list" ||
        fail "it made itself a default"
    window_of "$name-photo" gio launch /usr/share/applications/$id.desktop "/home/person/Pictures with blanks/photo.jpg"

    as_root man --warnings -l /usr/share/man/man1/gnet-desktop.1.gz >"$out/$name-man.txt" 2>&1 || fail "its man page does not read"
    as_root test -e /usr/share/bash-completion/completions/gnet-desktop || fail "no completion"
    kill $xvfb
    xvfb=

    apt purge --autoremove "$package" shared-mime-info desktop-file-utils libglib2.0-bin fonts-dejavu-core man-db
    echo "$before" >"$out/before"
    listed >"$out/after"
    left=$(comm -13 "$out/before" "$out/after" | grep -i gnet || true)
    others=$(comm -13 "$out/before" "$out/after" | wc -l)
    if [ -z "$left" ]; then
        say "  purged: nothing of it is left ($others files of other packages' own scripts)"
    else
        fail "left behind: $left"
    fi
    kept=$(cd "$room/home/person" && find . -type f ! -path './Pictures*' ! -name weights.pth | head -n 20 | tr '\n' ' ')
    say "  in the person's own folder, which is theirs: ${kept:-nothing}"
    leave
    room=
}

rm -rf "$out"
mkdir -p "$out"
photo=resources/samples/cat.jpg
[ $# -gt 0 ] || set -- bundle-12 bundle-13 thin-13
for wanted in "$@"; do
    case $wanted in
        bundle-*) pattern="gnet-desktop-bundle_*.deb" ;;
        *) pattern="gnet-desktop_*_all.deb" ;;
    esac
    case $wanted in
        *-12) suite=bookworm ;;
        *) suite=trixie ;;
    esac
    deb=$(find dist -name "$pattern" 2>/dev/null | head -n 1)
    [ -n "$deb" ] || { say "$wanted: skipped, there is no dist/$pattern; build it with packaging/build.sh"; continue; }
    verify "$wanted" $suite "$deb"
done
[ -z "${GNET_KEEP:-}" ] && rm -rf "$root/build/rooms"
[ -z "$failed" ] || { say "something is wrong, see above"; exit 1; }
say "all is well"
