#!/bin/sh
# Takes the screenshots of README and of the software centre's page anew:  packaging/screenshots.sh
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

# shot NAME SAMPLE OPTION…
shot() {
    name=$1 sample=$2
    shift 2
    "$root/packaging/run.sh" screenshot "$root/resources/samples/$sample.jpg" "$@" \
        --out "$root/packaging/desktop/screenshot-$name.png"
}

for theme in light dark; do
    shot $theme espresso --module 4a --unit 4a/5x5:11 --theme $theme
    suffix=$([ $theme = light ] || echo -dark)
    shot units$suffix cat --page units --module 4a --unit 4a/pool_proj:37 --folder "$root/resources/samples" \
        --theme $theme
done
shot whatif espresso --module 4b --part 4b/5x5 4e/1x1:20,57,101 5b/pool_proj --why grad-cam
shot teaching espresso --module 4a --teaching
shot heads goldfish --panel heads
shot card espresso --panel card
