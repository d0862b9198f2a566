"""Names for sets of units of one checkpoint, and their file: JSON with the checkpoint's hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Self

from gnet_desktop.errors import UsageError
from gnet_desktop.plain_json import parsed

LONGEST: Final = 80
"""Letters of a group's name."""


@dataclass(frozen=True, slots=True)
class Groups:
    """{name: units' names} of the checkpoint with this hash; a unit may be in several."""

    sha256: str
    units: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, unit: str) -> tuple[str, ...]:
        """The names of the groups that a unit is in."""
        return tuple(name for name, units in self.units.items() if unit in units)

    def toggled(self, name: str, unit: str) -> "Groups":
        """With a unit put into a group, or taken out of it; a group without units is gone."""
        now = self.units.get(name, ())
        new = tuple(one for one in now if one != unit) if unit in now else (*now, unit)
        kept = {one: units for one, units in {**self.units, name: new}.items() if units}
        return replace(self, units=kept)

    def joined(self, other: "Groups") -> "Groups":
        """With what another list of the same checkpoint has."""
        names = dict.fromkeys((*self.units, *other.units))
        both = {
            name: tuple(dict.fromkeys((*self.units.get(name, ()), *other.units.get(name, ()))))
            for name in names
        }
        return replace(self, units=both)

    def as_json(self) -> str:
        """The file's text."""
        groups = {name: list(units) for name, units in self.units.items()}
        return json.dumps({"checkpoint": self.sha256, "groups": groups}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, sha256: str) -> Self:
        """Groups from a file; raises UsageError for anything else, and for those of another checkpoint."""
        try:
            found = parsed(text)
            owner, groups = str(found["checkpoint"]), dict(found["groups"])
            units = {str(name)[:LONGEST]: tuple(map(str, list(group))) for name, group in groups.items()}
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError("These are not groups of units.", "The file was not exported here.") from error
        if owner != sha256:
            raise UsageError(
                "These groups are of another checkpoint.",
                f"Its SHA-256 begins with {owner[:12]}; unit numbers carry over to no other file.",
                "Open that checkpoint first.",
            )
        return cls(sha256, units)
