#!/bin/sh
# Takes the screenshots of the software centre's page anew:  packaging/screenshots.sh
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
for theme in light dark; do
    "$root/packaging/run.sh" screenshot "$root/resources/samples/espresso.jpg" --module 4a --unit 4a/5x5:11 \
        --theme $theme --size 1600x1000 --out "$root/packaging/desktop/screenshot-$theme.png"
done
"$root/packaging/run.sh" screenshot "$root/resources/samples/espresso.jpg" --module 4b \
    --part 4b/5x5 4e/1x1:20,57,101 5b/pool_proj --why grad-cam \
    --size 1600x1000 --out "$root/packaging/desktop/screenshot-whatif.png"
for theme in light dark; do
    suffix=$([ $theme = light ] || echo -dark)
    "$root/packaging/run.sh" screenshot "$root/resources/samples/cat.jpg" --page units --module 4a \
        --unit 4a/pool_proj:37 --folder "$root/resources/samples" \
        --theme $theme --size 1600x1000 --out "$root/packaging/desktop/screenshot-units$suffix.png"
done
