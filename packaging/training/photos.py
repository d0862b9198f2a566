"""Real photos beside the small pictures: which folders show which class, decoded once and memory-mapped.

A photo is kept twice: its middle square with 176 pixels a side, and that reduced to 64, as the small
pictures are. A network that saw some classes only sharp and others only soft would learn "sharp means
one of these".
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

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


def all_names(old: Sequence[str]) -> tuple[str, ...]:
    """The classes: ``old`` ones in their order, then those that only photos show, by name."""
    return (*old, *sorted(set(FOLDERS.values()) - set(old)))


@dataclass(frozen=True, slots=True)
class Photos:
    """``large`` (n, 176, 176, 3) and ``small`` (n, 64, 64, 3) uint8 RGB, ``classes`` (n,) int64.

    ``folders`` (n,) are indices into the sorted `FOLDERS`. Not to be written.
    """

    large: np.ndarray
    small: np.ndarray
    classes: np.ndarray
    folders: np.ndarray

    def __len__(self) -> int:
        return len(self.classes)


def files(root: Path, part: str, names: Sequence[str]) -> Iterator[tuple[Path, int, int]]:
    """(file, class, folder) of the photos of ``train`` or ``val``."""
    for number, (folder, name) in enumerate(sorted(FOLDERS.items())):
        collection, _, leaf = folder.partition("/")
        for path in sorted((root / collection / part / leaf).glob("*")):
            yield path, names.index(name), number


def squares(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """A photo's middle square with `SIDE` and with `SMALL` pixels a side."""
    with Image.open(path) as image:
        picture = image.convert("RGB")
    short = min(picture.size)
    left, top = (picture.width - short) // 2, (picture.height - short) // 2
    square = picture.crop((left, top, left + short, top + short))
    large = square.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return np.asarray(large), np.asarray(square.resize((SMALL, SMALL), Image.Resampling.BOX))


def unpack(root: Path, folder: Path, names: Sequence[str]) -> None:
    """Decode all photos into ``folder``, written beside and renamed as a whole."""
    beside = folder.with_name(f"{folder.name}.{os.getpid()}")
    beside.mkdir(parents=True)
    for part in ("train", "val"):
        found = list(files(root, part, names))
        large = np.lib.format.open_memmap(
            beside / f"{part}.large.npy", "w+", np.uint8, (len(found), SIDE, SIDE, 3)
        )
        small = np.empty((len(found), SMALL, SMALL, 3), np.uint8)
        for index, (path, _, _) in enumerate(found):
            large[index], small[index] = squares(path)
        large.flush()
        np.save(beside / f"{part}.small.npy", small)
        np.save(beside / f"{part}.classes.npy", np.array([one for _, one, _ in found], np.int64))
        np.save(beside / f"{part}.folders.npy", np.array([one for _, _, one in found], np.int64))
    os.rename(beside, folder)


def opened(folder: Path, part: str) -> Photos:
    """The unpacked photos of ``train`` or ``val``."""
    kinds = ("large", "small", "classes", "folders")
    return Photos(*(np.load(folder / f"{part}.{kind}.npy", mmap_mode="c") for kind in kinds))
