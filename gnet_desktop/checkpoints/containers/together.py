"""Files that make a network together: which of them opens the others, too, by their names."""

import re
from collections.abc import Collection
from typing import Final

# What a file is called that only belongs to another, and what that one may be called.
_BELONGS: Final[tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = (
    (re.compile(r"(?P<stem>.+)\.bin"), (r"\g<stem>.param", r"\g<stem>.xml")),
    (re.compile(r"(?P<stem>.*)predict_net(?P<rest>.*)"), (r"\g<stem>init_net\g<rest>",)),
    (re.compile(r"(?P<stem>.+)\.data-\d{5}-of-\d{5}"), (r"\g<stem>.index",)),
    (re.compile(r"(?P<stem>.+)\.meta"), (r"\g<stem>.index",)),
    (re.compile(r"(?P<stem>.*?)variables/variables\.index"), (r"\g<stem>saved_model.pb",)),
)


def opener(name: str, names: Collection[str]) -> str:
    """The file among ``names`` that a file belongs to; empty for one that stands for itself."""
    for pattern, others in _BELONGS:
        if found := pattern.fullmatch(name):
            return next((other for word in others if (other := found.expand(word)) in names), "")
    return ""


def openers(names: Collection[str]) -> list[str]:
    """The files to which others belong, in the order of these."""
    found = (opener(name, names) for name in names)
    return [name for name in dict.fromkeys(found) if name and not opener(name, names)]
