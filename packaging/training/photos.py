"""Real photos beside the small pictures: which folders show which class, decoded once and memory-mapped.

A photo is kept twice: its middle square with 176 pixels a side, and that reduced to 64, as the small
pictures are. A network that saw some classes only sharp and others only soft would learn "sharp means
one of these".
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from .strangers import LEARNED, strangers

SIDE: Final = 176
SMALL: Final = 64

# Folders of the photo collections by the class that they show; those that aren't here are left out,
# since too few photos show them or they are no everyday thing.
FOLDERS: Final[dict[str, str]] = {
    **{
        f"animals/{folder}": name
        for folder, name in {
            **{same: same for same in ("bear", "cat", "chicken", "deer", "dog", "dolphin", "duck", "eagle")},
            **{same: same for same in ("fish", "horse", "lion", "lobster", "pig", "rabbit", "shark")},
            **{same: same for same in ("snake", "spider", "wolf")},
            "cow": "cattle",
        }.items()
    },
    **{
        f"caltech101/{folder}": name
        for folder, name in {
            "Faces": "person",
            "Leopards": "leopard",
            "Motorbikes": "motorcycle",
            "airplanes": "plane",
            "barrel": "barrel",
            "bass": "fish",
            "binocular": "binoculars",
            "butterfly": "butterfly",
            "camera": "camera",
            "car_side": "car",
            "cellphone": "phone",
            "chair": "chair",
            "windsor_chair": "chair",
            "cougar_face": "cougar",
            "crab": "crab",
            "crocodile": "alligator",
            "cup": "cup",
            "dalmatian": "dog",
            "dolphin": "dolphin",
            "dragonfly": "dragonfly",
            "electric_guitar": "guitar",
            "elephant": "elephant",
            "ferry": "ship",
            "flamingo": "flamingo",
            "gerenuk": "gazelle",
            "grand_piano": "piano",
            "hawksbill": "turtle",
            "headphone": "headphones",
            "hedgehog": "hedgehog",
            "helicopter": "helicopter",
            "kangaroo": "kangaroo",
            "ketch": "sailboat",
            "schooner": "sailboat",
            "lamp": "lampshade",
            "laptop": "laptop",
            "llama": "llama",
            "lobster": "lobster",
            "lotus": "water lily",
            "water_lilly": "water lily",
            "octopus": "octopus",
            "panda": "panda",
            "pigeon": "pigeon",
            "pizza": "pizza",
            "revolver": "gun",
            "rhino": "rhino",
            "rooster": "chicken",
            "saxophone": "saxophone",
            "scissors": "scissors",
            "scorpion": "scorpion",
            "sea_horse": "seahorse",
            "soccer_ball": "soccer ball",
            "starfish": "starfish",
            "stop_sign": "stop sign",
            "strawberry": "strawberry",
            "sunflower": "sunflower",
            "umbrella": "umbrella",
            "watch": "watch",
            "wheelchair": "wheelchair",
            "wrench": "wrench",
            "euphonium": "brass instrument",
        }.items()
    },
    **{
        f"clothing/{folder}": name
        for folder, name in {
            "Blazer": "jacket",
            "Outwear": "jacket",
            "Hoodie": "sweater",
            "Longsleeve": "sweater",
            "Dress": "dress",
            "Hat": "hat",
            "Pants": "trousers",
            "Polo": "shirt",
            "Shirt": "shirt",
            "T-Shirt": "shirt",
            "Shoes": "shoe",
            "Skirt": "skirt",
        }.items()
    },
    "dogs/dog": "dog",
    **{
        f"grocery/{folder}": name
        for folder, name in {
            "Apple": "apple",
            "Avocado": "avocado",
            "Banana": "banana",
            "Carrots": "carrot",
            "Cucumber": "cucumber",
            "Zucchini": "cucumber",
            "Garlic": "garlic",
            "Kiwi": "kiwi",
            "Lemon": "citrus",
            "Lime": "citrus",
            "Orange": "citrus",
            "Red-Grapefruit": "citrus",
            "Satsumas": "citrus",
            "Mango": "mango",
            "Melon": "melon",
            "Mushroom": "mushroom",
            "Nectarine": "peach",
            "Peach": "peach",
            "Onion": "onion",
            "Pear": "pear",
            "Pepper": "bell pepper",
            "Pineapple": "pineapple",
            "Potato": "potato",
            "Tomato": "tomato",
        }.items()
    },
    **{
        f"pacs_photo/{same}": same
        for same in ("dog", "elephant", "giraffe", "guitar", "horse", "house", "person")
    },
    "pets/cat": "cat",
    "pets/dog": "dog",
    **{
        f"imagenet10/{wnid}": name
        for wnid, name in {
            "n01440764": "fish",
            "n02102040": "dog",
            "n02979186": "cassette player",
            "n03000684": "chain saw",
            "n03028079": "church",
            "n03394916": "brass instrument",
            "n03417042": "truck",
            "n03425413": "gas pump",
            "n03445777": "golf ball",
            "n03888257": "parachute",
        }.items()
    },
}


# Folders that show no class, nor anything much like one (no ape beside a chimpanzee): some to learn from
# that nothing fits, and others that are kept back, to tell how well that was learned.
STRANGE: Final[dict[str, tuple[str, ...]]] = {
    "learned": (
        *(
            f"caltech101/{folder}"
            for folder in ("anchor", "buddha", "cannon", "ceiling_fan", "gramophone", "inline_skate")
        ),
        *(f"caltech101/{folder}" for folder in ("menorah", "minaret", "okapi", "platypus", "stapler")),
        *(f"grocery/{folder}" for folder in ("Asparagus", "Cabbage", "Leek", "Passion-Fruit", "Red-Beet")),
    ),
    "kept back": (
        *(f"caltech101/{folder}" for folder in ("accordion", "bonsai", "chandelier", "emu", "ibis")),
        *(f"caltech101/{folder}" for folder in ("metronome", "nautilus", "pagoda", "pyramid")),
        *(f"grocery/{folder}" for folder in ("Aubergine", "Ginger", "Papaya", "Plum", "Pomegranate")),
    ),
}
NONE: Final = -1
"""In the place of a class: none of them."""
MADE: Final = 60
"""Made pictures of every kind that is learned."""

Entry = tuple[Path | Image.Image, int, int]
"""A photo, its class, and the number of its folder."""


def all_names(old: Sequence[str]) -> tuple[str, ...]:
    """The classes: ``old`` ones in their order, then those that only photos show, by name."""
    return (*old, *sorted(set(FOLDERS.values()) - set(old)))


@dataclass(frozen=True, slots=True)
class Photos:
    """``large`` (n, 176, 176, 3) and ``small`` (n, 64, 64, 3) uint8 RGB, ``classes`` (n,) int64.

    ``folders`` (n,) are indices into the sorted `FOLDERS`; pictures of no class have `NONE` in place of
    both. Not to be written.
    """

    large: np.ndarray
    small: np.ndarray
    classes: np.ndarray
    folders: np.ndarray

    def __len__(self) -> int:
        return len(self.classes)


def files(root: Path, part: str, folder: str) -> list[Path]:
    """The photos of ``train`` or ``val`` in a folder of a collection."""
    collection, _, leaf = folder.partition("/")
    return sorted((root / collection / part / leaf).glob("*"))


def known(root: Path, part: str, names: Sequence[str]) -> Iterator[Entry]:
    """The photos of ``train`` or ``val`` that show a class."""
    for number, (folder, name) in enumerate(sorted(FOLDERS.items())):
        for path in files(root, part, folder):
            yield path, names.index(name), number


def strange(root: Path, kind: str) -> Iterator[Entry]:
    """The photos, ``learned`` or ``kept back``, that show no class."""
    for folder in STRANGE[kind]:
        for part in ("train", "val"):
            for path in files(root, part, folder):
                yield path, NONE, NONE


def opened_photo(photo: Path | Image.Image) -> Image.Image:
    if isinstance(photo, Image.Image):
        return photo
    with Image.open(photo) as image:
        return image.convert("RGB")


def squares(photo: Path | Image.Image) -> tuple[np.ndarray, np.ndarray]:
    """A photo's middle square with `SIDE` and with `SMALL` pixels a side."""
    picture = opened_photo(photo)
    short = min(picture.size)
    left, top = (picture.width - short) // 2, (picture.height - short) // 2
    square = picture.crop((left, top, left + short, top + short))
    large = square.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(large), np.asarray(square.resize((SMALL, SMALL), Image.Resampling.BOX))


def unpack(root: Path, folder: Path, names: Sequence[str]) -> None:
    """Decode all photos that show a class into ``folder``."""
    keep(folder, {part: list(known(root, part, names)) for part in ("train", "val")})


def unpack_strange(root: Path, folder: Path) -> None:
    """Decode the photos that show no class into ``folder``; made pictures are among those to learn from."""
    made = strangers(MADE, LEARNED, seed=1).values()
    found = {kind: list(strange(root, kind)) for kind in STRANGE}
    found["learned"] += [(image, NONE, NONE) for images in made for image in images]
    keep(folder, found)


def keep(folder: Path, parts: Mapping[str, Sequence[Entry]]) -> None:
    """Decode photos, part by part, into ``folder``, written beside and renamed as a whole."""
    beside = folder.with_name(f"{folder.name}.{os.getpid()}")
    beside.mkdir(parents=True)
    for part, found in parts.items():
        large = np.lib.format.open_memmap(
            beside / f"{part}.large.npy", "w+", np.uint8, (len(found), SIDE, SIDE, 3)
        )
        small = np.empty((len(found), SMALL, SMALL, 3), np.uint8)
        for index, (photo, _, _) in enumerate(found):
            large[index], small[index] = squares(photo)
        large.flush()
        np.save(beside / f"{part}.small.npy", small)
        np.save(beside / f"{part}.classes.npy", np.array([one for _, one, _ in found], np.int64))
        np.save(beside / f"{part}.folders.npy", np.array([one for _, _, one in found], np.int64))
    os.rename(beside, folder)


def opened(folder: Path, part: str) -> Photos:
    """The unpacked photos: ``train``, ``val``, or those of no class, ``learned`` or ``kept back``."""
    kinds = ("large", "small", "classes", "folders")
    return Photos(*(np.load(folder / f"{part}.{kind}.npy", mmap_mode="c") for kind in kinds))
