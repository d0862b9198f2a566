"""torchvision's names, and those of its many relatives (docs/formats.md#torchvision)."""

from typing import Final

from gnet_desktop.checkpoints.dialects.dialect import Dialect, Path, heads, in_modules

_PARTS: Final = {
    "1x1": "branch1",
    "3x3_reduce": "branch2.0",
    "3x3": "branch2.1",
    "5x5_reduce": "branch3.0",
    "5x5": "branch3.1",
    "pool_proj": "branch4.1",
}
_SPOKEN: Final = {
    "1x1": "branch1x1",
    "3x3_reduce": "branch3x3.0",
    "3x3": "branch3x3.1",
    "5x5_reduce": "branch5x5.0",
    "5x5_a": "branch5x5.1",
    "5x5": "branch5x5.2",
    "pool_proj": "branch_pool.1",
}
_STACKED: Final = {**_PARTS, "5x5_a": "branch3.1", "5x5": "branch3.2"}
_SPOKEN_SINGLE: Final = {
    part: "branch5x5.1" if part == "5x5" else path for part, path in _SPOKEN.items() if part != "5x5_a"
}
_STEM: Final = {"conv1": "conv1", "conv2": "conv2", "conv3": "conv3"}
_SHORT_STEM: Final = {"conv1": "conv1", "conv3": "conv2"}
_POOLS: Final = {f"pool{number}": f"maxpool{number}" for number in range(1, 5)}


def _dialect(
    name: str,
    title: str,
    family: str,
    *,
    norm: str = "",
    stem: dict[str, str] = _STEM,
    parts: dict[str, str] = _PARTS,
    classifier: str = "fc",
    relatives: tuple[str, ...] = (),
) -> Dialect:
    """All of them put ``.conv`` behind a block's name, and the norm's name if there is one."""

    def paths(block: str) -> Path:
        return f"{block}.conv", f"{block}.{norm}" if norm else ""

    head_convolutions, head_linears = heads(
        ("aux{}.conv.conv", f"aux{{}}.conv.{norm}" if norm else ""), "aux{}.fc1", "aux{}.fc2"
    )
    return Dialect(
        name,
        title,
        family,
        {layer: paths(block) for layer, block in stem.items()}
        | in_modules("inception{}.", {part: paths(block) for part, block in parts.items()})
        | head_convolutions,
        {"fc": classifier} | head_linears,
        pools=_POOLS,
        relatives=relatives,
    )


DIALECTS: Final = (
    _dialect("torchvision", "torchvision's names", "torchvision", norm="bn"),
    _dialect(
        "wzmiaomiao",
        "torchvision's names without batch norm",
        "wzmiaomiao",
        relatives=("torchvision",),
    ),
    _dialect(
        "aladdinpersson",
        "aladdinpersson's names",
        "aladdinpersson",
        norm="batchnorm",
        stem=_SHORT_STEM,
        classifier="fc1",
    ),
    _dialect(
        "aladdinpersson-bn",
        "aladdinpersson's names with a renamed norm",
        "aladdinpersson",
        norm="bn",
        stem=_SHORT_STEM,
        classifier="fc1",
    ),
    _dialect("stacked", "torchvision's names, two 3×3 for the 5×5", "wzmiaomiao", parts=_STACKED),
    _dialect(
        "stacked-bn", "torchvision's names, two 3×3 for the 5×5", "torchvision", norm="bn", parts=_STACKED
    ),
    *(
        _dialect(f"branch3x3{ending}", "names by kernel (branch3x3)", family, norm=norm, parts=parts)
        for ending, parts in (("", _SPOKEN), ("-single", _SPOKEN_SINGLE))
        for family, norm in (("wzmiaomiao", ""), ("torchvision", "bn"))
    ),
)
