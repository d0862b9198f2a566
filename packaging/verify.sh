#!/bin/sh
# Installs the packages in dist/ in bare systems and uses them as a person would:
#
#     packaging/verify.sh [ROOM...]     (default: all)
#
#   bundle-12 bundle-13 bundle-24.04 thin-13   in a minimal Debian 12 or 13 or Ubuntu 24.04
#       made anew: install, self-test from the launcher, a window on a screen of its own, a
#       photo opened by the menu entry's command, the pages Explore, Folder and Units in both
#       themes, the program for pictures before and after, an account without a name or a home,
#       completion and man page, purge, and what was left behind
#   tar-12           the archive for people without root, on a minimal Debian with Qt's
#       system libraries: unpack, install, a window, and removed without a trace
#   run-12 run-13    the README's first command in a minimal Debian, by an ordinary
#       person and by root: each thing that is missing is said with the line that
#       helps, that line is followed to the letter, and in the end there is a window
#   same             the packages built a second time have the same bytes
#   wine             the Windows installer, over a small payload: see try-installer.sh
#
# Says what it did; screenshots go to build/verify/. Needs root, mmdebstrap, Xvfb,
# xwininfo and import (ImageMagick); what is missing for a room is said and the room
# skipped, which is a failure only with GNET_WHOLE=1. GNET_MIRROR names Debian's mirror,
# GNET_UBUNTU_MIRROR Ubuntu's, GNET_PIP_CONF a pip.conf for the rooms, and GNET_LEND folders
# that they may read (wheels, certificates).
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root"
out=$root/build/verify
id=io.github.gnet_desktop.gnet_desktop
person=1000 # the program never runs as root here, so its own folder is read-only to it
screen=${GNET_SCREEN:-:87}
ubuntu_keys=/usr/share/keyrings/ubuntu-archive-keyring.gpg

say() { echo "verify: $*"; }
seconds() { date +%s.%N; }
since() { awk "BEGIN { printf \"%.1f s\", $(seconds) - $1 }"; }

skipped=
skip() { # skip ROOM WHY
    say "$1: skipped, $2"
    skipped="$skipped $1"
}

# Whether all that was asked for was tried, where that is wanted.
whole() {
    [ -n "$skipped" ] || return 0
    say "not tried:$skipped"
    [ -z "${GNET_WHOLE:-}" ]
}

[ "$(id -u)" = 0 ] || { skip all "it needs root, to make a bare system and go into it"; whole; exit; }
for tool in mmdebstrap Xvfb xwininfo import; do
    command -v $tool >/dev/null || { skip all "$tool is not installed"; whole; exit; }
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
        for lent in proc dev ${GNET_LEND:-}; do
            umount "$room/$lent" 2>/dev/null || true
        done
        # Only what is the room's own; a mount that holds on keeps its folder.
        rm -rf --one-file-system "$room"
    fi
}
trap leave EXIT
trap 'exit 130' INT TERM

as_root() {
    chroot "$room" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"
}
as_person() {
    chroot "$room" /usr/bin/setpriv --reuid $person --regid $person --clear-groups \
        /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home/person LC_ALL=C.UTF-8 XDG_RUNTIME_DIR=/home/person "$@"
}
apt() {
    as_root apt-get -qq -y -o APT::AutoRemove::RecommendsImportant=false -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 ||
        { say "  apt-get $* ended with status $?, see $log"; return 1; }
}

# Megabytes of what is installed in the room. Lent folders lie on the same disk, so du's -x would count
# them; the package itself and apt's lists are no part of it either.
megabytes() {
    set --
    for other in proc dev tmp var/cache var/lib/apt ${GNET_LEND:-}; do
        set -- "$@" --exclude="$room/${other#/}"
    done
    du -sm "$@" "$room" | cut -f1
}

# Everything in the room, less what apt and dpkg keep for themselves.
listed() {
    (cd "$room" && find . -xdev \( -path ./proc -o -path ./dev -o -path ./tmp -o -path ./home -o -path ./var/cache \
        -o -path ./var/lib/apt -o -path ./var/lib/dpkg -o -path ./var/log \) -prune -o -print) | sort
}

make_room() { # make_room SUITE NAME
    base=$root/build/rooms/$1.tar
    if [ ! -e "$base" ]; then
        mkdir -p "$root/build/rooms"
        case $1 in
            noble) source="deb [signed-by=$ubuntu_keys] ${GNET_UBUNTU_MIRROR:-http://archive.ubuntu.com/ubuntu} $1 main universe" ;;
            *) source=${GNET_MIRROR:-http://deb.debian.org/debian} ;;
        esac
        # Ubuntu doesn't count apt among what is required.
        mmdebstrap --quiet --format=tar --variant=minbase --include=apt "$1" "$base.part" "$source"
        mv "$base.part" "$base"
    fi
    room=$root/build/rooms/$2
    rm -rf "$room"
    mkdir -p "$room"
    tar -xf "$base" -C "$room"
    cp /etc/resolv.conf "$room/etc/resolv.conf"
    mount -t proc proc "$room/proc"
    mount --bind /dev "$room/dev"
    for lent in ${GNET_LEND:-}; do
        mkdir -p "$room/$lent"
        mount --bind -o ro "$lent" "$room/$lent"
    done
    [ -z "${GNET_PIP_CONF:-}" ] || cp "$GNET_PIP_CONF" "$room/etc/pip.conf"
    echo "person:x:$person:$person::/home/person:/bin/sh" >>"$room/etc/passwd"
    echo "person:x:$person:" >>"$room/etc/group"
    mkdir -p "$room/home/person"
    chown $person:$person "$room/home/person"
}

# A window of ours on the screen: its title, or nothing.
window() { DISPLAY=$screen xwininfo -root -tree 2>/dev/null | grep -i 'gnet desktop' | grep -v '1x1' | head -n 1 || true; }

# window_of LABEL COMMAND...: run it in the room, wait for the window, let it work, photograph, close.
# $who is as_person or as_root, $patience the seconds that the window may take.
who=as_person
patience=60
window_of() {
    label=$1
    shift
    began=$(seconds)
    $who DISPLAY=$screen "$@" >"$out/$label.txt" 2>&1 &
    started=$!
    ended=0 # a launcher may end before its program has a window; not long before
    for _ in $(seq $((patience * 10))); do
        [ -z "$(window)" ] && [ $ended -lt 100 ] || break
        kill -0 $started 2>/dev/null || ended=$((ended + 1))
        sleep 0.1
    done
    if [ -z "$(window)" ]; then
        fail "$label: no window after $(since "$began"): $(tail -n 3 "$out/$label.txt")"
    else
        say "  $label: window after $(since "$began"): $(window | sed 's/^ *[^"]*"\([^"]*\)".*/\1/')"
        sleep "${GNET_WORK_SECONDS:-15}"
        DISPLAY=$screen import -window root "$out/$label.png"
        count=0
        for process in /proc/[0-9]*; do
            [ "$(readlink "$process/root" 2>/dev/null)" = "$room" ] || continue
            if tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -q '^\([^ ]*/python[0-9.]* \)\{0,1\}[^ ]*gnet-desktop'; then
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

screen_on() {
    Xvfb $screen -screen 0 1600x1000x24 -nolisten tcp -noreset >/dev/null 2>&1 &
    xvfb=$!
    sleep 1
}

screen_off() {
    kill "$xvfb"
    xvfb=
}

# --- the README's first command -----------------------------------------------------------------------

# checkout FOLDER OWNER: what git would check out, in the room.
checkout() {
    mkdir -p "$room$1"
    git archive HEAD | tar -x -C "$room$1"
    chown -R "$2:$2" "$room$1"
}

# told LABEL PATTERN: run.sh ends with status 3 and says the line; prints that line's command.
told() {
    status=0
    $who DISPLAY=$screen packaging/run.sh >"$out/$1.txt" 2>&1 || status=$?
    line=$(sed -n 's/.*\(sudo apt-get install .*\)/\1/p' "$out/$1.txt" | tail -n 1)
    if [ $status = 3 ] && echo "$line" | grep -q "$2"; then
        say "  $1: status 3, \"$line\""
    else
        fail "$1: status $status, $(tail -n 3 "$out/$1.txt")"
    fi
}

# follow: do what the last line says, as the system's owner would type it.
follow() {
    began=$(seconds)
    as_root apt-get -qq -y ${line#sudo apt-get} >>"$log" 2>&1 || fail "the line doesn't work: $line, see $log"
    say "  followed in $(since "$began")"
}

run_by_person() { # run_by_person NAME: nothing may be installed without asking; each lack is said
    home=/home/person
    who="as_person env -C /home/person/checkout"
    checkout /home/person/checkout $person
    status=0
    $who packaging/run.sh >"$out/$1-no-python.txt" 2>&1 || status=$?
    grep -q "Python 3.11 or later" "$out/$1-no-python.txt" && [ $status = 3 ] || fail "without Python: status $status"
    apt install --no-install-recommends python3
    told "$1-no-venv" venv
    follow
    told "$1-no-libraries" libxcb
    follow
    patience=120
    window_of "$1-person" packaging/run.sh
    began=$(seconds)
    window_of "$1-person-again" packaging/run.sh
}

run_by_root() { # run_by_root NAME: with python3 alone, all the rest is installed on the way
    home=/root
    who="as_root env -C /root/checkout"
    checkout /root/checkout 0
    apt install --no-install-recommends python3
    patience=900
    window_of "$1-root" packaging/run.sh
    patience=60
    window_of "$1-root-again" packaging/run.sh
}

verify_run() { # verify_run NAME SUITE
    for account in person root; do
        log=$out/$1-$account.log
        : >"$log"
        say "$1, by $account: packaging/run.sh in a minimal $2"
        make_room "$2" "$1-$account"
        apt update
        screen_on
        began=$(seconds)
        "run_by_$account" "$1"
        say "  $account: $(du -sm "$room$home/checkout/.venv" | cut -f1) MB in .venv"
        screen_off
        leave
        room=
    done
}

# --- the packages built twice --------------------------------------------------------------------------

verify_same() {
    say "same: the wheel and the thin package, built twice a few seconds apart"
    for round in first second; do
        rm -rf "$out/$round" "$root/build/wheel"
        mkdir -p "$out/$round"
        GNET_KEEP=1 packaging/build.sh thin >"$out/same-$round.txt" 2>&1 || { fail "it did not build, see $out/same-$round.txt"; return 0; }
        cp dist/gnet-desktop_*_all.deb "$out/$round"
        build/thin-env/bin/python -m pip wheel --quiet --no-deps --wheel-dir "$out/$round" . >>"$out/same-$round.txt" 2>&1 ||
            fail "there is no wheel, see $out/same-$round.txt"
    done
    for file in "$out/first"/*; do
        if cmp -s "$file" "$out/second/${file##*/}"; then say "  ${file##*/}: the same bytes"; else fail "${file##*/} differs"; fi
    done
    rm -rf build/thin-env
}

# --- the Debian packages ------------------------------------------------------------------------------

program_for_pictures() { as_person gio mime image/jpeg | sed -n '1s/.*: *//p'; }

# An account without a name and a home, as containers give: commands and window work, and it is said.
nobody() {
    as_nobody() {
        chroot "$room" /usr/bin/setpriv --reuid 4321 --regid 4321 --clear-groups /usr/bin/env -i PATH=/usr/bin:/bin \
            LC_ALL=C.UTF-8 "$@"
    }
    cp "$photo" "$room/tmp/photo.jpg"
    for words in "classify /tmp/photo.jpg" "models where"; do
        as_nobody gnet-desktop $words >"$out/$name-nobody.txt" 2>&1 || fail "without a home, $words: $(tail -n 2 "$out/$name-nobody.txt")"
        ! grep -q Traceback "$out/$name-nobody.txt" || fail "without a home, $words ends in a traceback"
    done
    who=as_nobody window_of "$name-nobody" gnet-desktop
    who=as_person
    say "  without a name and a home: classify, models and the window work"
}

verify() { # verify NAME SUITE DEB
    who=as_person
    patience=60
    name=$1
    log=$out/$name.log
    deb=$3
    package=$(dpkg-deb -f "$deb" Package)
    : >"$log"
    say "$name: $(basename "$deb"), $(($(stat -c %s "$deb") / 1000000)) MB, in a minimal $2"
    make_room "$2" "$name"
    apt update
    shows=
    # A desktop with no list of its own takes the first program in the alphabet.
    if [ -n "${GNET_WITH_RISTRETTO:-}" ] || [ "$name" = bundle-12 ]; then
        apt install --no-install-recommends ristretto desktop-file-utils libglib2.0-bin shared-mime-info
        shows=$(program_for_pictures)
    fi
    before=$(listed)

    cp "$deb" "$room/tmp/package.deb"
    began=$(seconds)
    apt install --no-install-recommends /tmp/package.deb || { fail "it did not install, see $log"; return 0; }
    count=$(grep -c '^Setting up' "$log")
    say "  installed in $(since "$began"): $count packages, $(megabytes) MB with the system," \
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

    screen_on
    # As a desktop has: they make the file types known and start programs by them.
    apt install --no-install-recommends shared-mime-info desktop-file-utils libglib2.0-bin fonts-dejavu-core man-db
    mkdir -p "$room/home/person/Pictures with blanks"
    cp "$photo" "$room/home/person/Pictures with blanks/photo.jpg"
    chown -R $person:$person "$room/home/person"
    window_of "$name-window" gnet-desktop

    as_person gio mime image/jpeg 2>/dev/null | grep -q zz-gnet-desktop-pictures || fail "not offered for image/jpeg"
    if [ -n "$shows" ]; then
        if [ "$(program_for_pictures)" = "$shows" ]; then say "  pictures still open in $shows"; else fail "it took the place of $shows"; fi
    fi
    nobody
    printf 'PK\003\004 and so on' >"$room/home/person/weights.pth"
    as_person gio info -a standard::content-type /home/person/weights.pth | grep -q pytorch-checkpoint ||
        fail "a .pth is not known as a checkpoint"
    ! grep -r -s -l $id "$room/etc" "$room/usr/share/applications/mimeapps.list" "$room/usr/share/applications/defaults.list" ||
        fail "it made itself a default"
    window_of "$name-photo" gio launch /usr/share/applications/$id.desktop "/home/person/Pictures with blanks/photo.jpg"
    cp "$root"/resources/samples/*.jpg "$room/home/person/Pictures with blanks"
    for theme in light dark; do
        window_of "$name-folder-$theme" gnet-desktop --theme $theme --page folder "/home/person/Pictures with blanks"
        window_of "$name-units-$theme" gnet-desktop --theme $theme --page units "/home/person/Pictures with blanks"
    done
    window_of "$name-explore-dark" gnet-desktop --theme dark "/home/person/Pictures with blanks/photo.jpg"

    as_root man --warnings -l /usr/share/man/man1/gnet-desktop.1.gz >"$out/$name-man.txt" 2>&1 || fail "its man page does not read"
    as_root test -e /usr/share/bash-completion/completions/gnet-desktop || fail "no completion"
    screen_off

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

# --- the archive -----------------------------------------------------------------------------------------

verify_archive() { # verify_archive NAME SUITE ARCHIVE
    name=$1
    log=$out/$name.log
    : >"$log"
    say "$name: $(basename "$3"), $(($(stat -c %s "$3") / 1000000)) MB, for a person without root in a minimal $2"
    make_room "$2" "$name"
    apt update
    # What a machine with any desktop has; the .deb's own list, less the C library and the certificates.
    deb=$(find dist -name "gnet-desktop-bundle_*.deb" | head -n 1)
    apt install --no-install-recommends xz-utils fonts-dejavu-core \
        $(dpkg-deb -f "$deb" Depends | sed 's/([^)]*)//g; s/,/ /g')
    who="as_person env -C /home/person"
    cp "$3" "$room/home/person/archive.tar.xz"
    began=$(seconds)
    $who tar -xf archive.tar.xz
    $who gnet-desktop/install.sh >"$out/$name-install.txt" 2>&1 || { fail "it did not install: $(cat "$out/$name-install.txt")"; return 0; }
    $who rm -rf gnet-desktop archive.tar.xz
    say "  unpacked and installed in $(since "$began"), $(du -sm "$room/home/person/.local" | cut -f1) MB"
    $who QT_QPA_PLATFORM=offscreen .local/bin/gnet-desktop self-test >"$out/$name-self-test.txt" 2>&1 ||
        fail "self-test: $(cat "$out/$name-self-test.txt")"
    screen_on
    patience=60
    window_of "$name-window" .local/bin/gnet-desktop
    screen_off
    $who .local/lib/gnet-desktop/install.sh --remove >>"$log" 2>&1 || fail "it could not be removed, see $log"
    left=$(find "$room/home/person/.local" -type f ! -path '*/share/gnet-desktop/*' ! -path '*/state/*' | grep -i gnet || true)
    if [ -z "$left" ]; then say "  removed: nothing of it is left"; else fail "left behind: $left"; fi
    leave
    room=
}

rm -rf "$out"
mkdir -p "$out"
photo=resources/samples/cat.jpg
[ $# -gt 0 ] || set -- bundle-12 bundle-13 bundle-24.04 thin-13 tar-12 run-12 run-13 same wine
for wanted in "$@"; do
    case $wanted in
        *-12) suite=bookworm ;;
        *-24.04)
            suite=noble
            [ -e $ubuntu_keys ] || { skip "$wanted" "Ubuntu's keys are not installed (ubuntu-archive-keyring)"; continue; }
            ;;
        *) suite=trixie ;;
    esac
    case $wanted in
        run-*) verify_run "$wanted" $suite && continue ;;
        same) verify_same && continue ;;
        tar-*)
            archive=$(find dist -name "gnet-desktop-*-linux-*.tar.xz" 2>/dev/null | head -n 1)
            [ -n "$archive" ] || { skip "$wanted" "there is no archive in dist/"; continue; }
            verify_archive "$wanted" $suite "$archive" && continue
            ;;
        wine)
            command -v wine >/dev/null && command -v makensis >/dev/null || { skip wine "wine or makensis is not installed"; continue; }
            packaging/windows/try-installer.sh check || fail "the installer, see above"
            continue
            ;;
        bundle-*) pattern="gnet-desktop-bundle_*.deb" ;;
        thin-*) pattern="gnet-desktop_*_all.deb" ;;
        *)
            say "there is no room $wanted"
            exit 2
            ;;
    esac
    deb=$(find dist -name "$pattern" 2>/dev/null | head -n 1)
    [ -n "$deb" ] || { skip "$wanted" "there is no dist/$pattern; build it with packaging/build.sh"; continue; }
    verify "$wanted" $suite "$deb"
done
[ -z "${GNET_KEEP:-}" ] && rm -rf "$root/build/rooms"
[ -z "$failed" ] || { say "something is wrong, see above"; exit 1; }
whole || exit 1
say "all is well"
