"""Files that follow their formats' grammars and lie: each is read or ends in a sentence, within bounds.

A few of each kind in the usual run, more with ``--slow``; ``python -m tests.fuzz`` reads any number
and is what a release is tested with.
"""

import sys

import pytest

from tests.checkpoints.grammars import MUTATED
from tests.fuzz import KINDS, SUBJECTS, run

pytestmark = pytest.mark.alone

FEW, MANY = 60, 1_500


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited as on Linux")
@pytest.mark.parametrize("count", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
def test_files_by_grammar_end_within_their_bounds(count: int) -> None:
    grammars = [kind for kind in KINDS if not kind.startswith(MUTATED)]
    for kind, tally in run(grammars, count, 0):
        assert not tally.failed, f"{kind} {tally.failed[0]}"


def test_a_file_is_made_anew_from_its_kind_and_seed() -> None:
    for _, _, module in SUBJECTS:
        for kind in module.KINDS:
            assert module.made(kind, 7) == module.made(kind, 7)
