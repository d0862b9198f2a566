"""Names from the literature: for one file alone, and where the articles say that the units are."""

import pytest

from gnet_desktop.network.families import build
from gnet_desktop.network.naming import unit_in_module
from gnet_desktop.workspace.units.literature import FILES, KNOWN, name_in_literature

GRAPH = "a39b08b826c9d5a5532ff424c03a3a11a202967544e389aca4b06c2bd8aef63f"


def test_names_belong_to_one_file() -> None:
    named = name_in_literature(GRAPH, "3b", 379)
    assert named is not None
    assert (named.name, named.source.partition(",")[0]) == ("curve detector", "Cammarata and others")
    assert name_in_literature(GRAPH, "3b", 378) is None
    assert name_in_literature("0" * 64, "3b", 379) is None
    assert all(len(one) == 64 for one in FILES)


@pytest.mark.parametrize(
    ("name", "part", "count"),
    [
        ("curve detector", "3b/5x5", 10),
        ("high-low frequency detector", "3a/3x3", 15),
        ("early curve", "3a/3x3", 11),
        ("black and white against colour", "3a/5x5", 9),
        ("black and white centre", "3b/3x3", 1),
        ("boundary", "3b/5x5", 1),
        ("oriented dog head", "4a/3x3", 4),
        ("quick-start unit", "4a/pool_proj", 1),
        ("wheel", "4b/3x3", 1),
        ("window", "4b/3x3", 1),
        ("car", "4c/5x5", 1),
        ("cat faces, car fronts and cat legs", "4e/1x1", 1),
    ],
)
def test_the_named_units_lie_in_the_branch_that_the_articles_say(name: str, part: str, count: int) -> None:
    architecture = build("lucid")
    places = [place for place, named in KNOWN.items() if named.name == name]
    assert len(places) == count
    assert {unit_in_module(architecture, *place).part for place in places} == {part}
