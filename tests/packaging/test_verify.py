"""What verify.sh tells of a room is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from project import ROOT

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it is for Linux")

MB = 1 << 20


def test_a_room_weighs_what_is_installed_and_nothing_that_is_lent(tmp_path: Path) -> None:
    room = tmp_path / "room"
    for name, megabytes in (("usr/lib/a", 3), ("opt/own", 2), ("opt/wheels/a", 20), ("tmp/package.deb", 10)):
        path = room / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * megabytes * MB)
    script = (ROOT / "packaging" / "verify.sh").read_text(encoding="utf-8")
    found = re.search(r"^megabytes\(\) \{.*?^\}", script, re.MULTILINE | re.DOTALL)
    assert found is not None
    environment = {"room": str(room), "GNET_LEND": "/opt/wheels /certificates", "PATH": "/usr/bin:/bin"}
    command = ["sh", "-euc", f"{found[0]}\nmegabytes"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    assert int(told) in (5, 6)  # the folders themselves take a little


@pytest.mark.parametrize(("wanted", "status"), [({}, 0), ({"GNET_WHOLE": "1"}, 1)])
def test_what_could_not_be_tried_is_said_and_is_a_failure_where_all_is_wanted(
    tmp_path: Path, wanted: dict[str, str], status: int
) -> None:
    """A release is not handed out because a tool was missing and every room was skipped."""
    for name in ("dirname", "id"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    command = ["/bin/sh", str(ROOT / "packaging" / "verify.sh"), "wine"]
    done = subprocess.run(command, env={"PATH": str(tmp_path), **wanted}, capture_output=True, text=True)
    assert done.returncode == status
    assert "skipped" in done.stdout
    assert "all is well" not in done.stdout
