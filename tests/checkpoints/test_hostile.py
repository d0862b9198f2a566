"""Nothing in a file is ever run, and none takes more memory than it may."""

import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch

from gnet_desktop.checkpoints.containers.source import Damaged, MemorySource
from gnet_desktop.checkpoints.containers.stored import StoredTensor
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import CheckpointError
from tests.checkpoints import hostile
from tests.checkpoints.samples import assert_same_tensors, sample

PROGRAMS = {
    "a command": hostile.runs_a_command,
    "a command in the newest protocol": lambda trace: hostile.runs_a_command(trace, protocol=5),
    "a command in the oldest protocol": lambda trace: hostile.runs_a_command(trace, protocol=0),
    "python": hostile.runs_python,
    "a file": hostile.writes_a_file,
    "a hidden call": hostile.builds_with_code,
}


@pytest.mark.parametrize("way", hostile.WAYS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_in_a_pickle_is_run(program: str, way: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    path = tmp_path / "weights.pth"
    path.write_bytes(hostile.WAYS[way](PROGRAMS[program](trace)))
    with pytest.raises(CheckpointError):
        open_checkpoint(path)
    assert not trace.exists()


@pytest.mark.parametrize("way", hostile.WAYS)
def test_no_connection_is_made(way: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        path = tmp_path / "weights.pth"
        path.write_bytes(hostile.WAYS[way](hostile.opens_a_socket(server.getsockname()[1])))
        with pytest.raises(CheckpointError):
            open_checkpoint(path)
        with pytest.raises(TimeoutError):
            server.accept()


def test_no_module_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(hostile.imports_a_module("antigravity"))
    with pytest.raises(CheckpointError, match="antigravity"):
        open_checkpoint(path)
    assert "antigravity" not in sys.modules


def test_weights_beside_a_program_open_and_the_program_is_not_run(tmp_path: Path) -> None:
    state = sample("tutorial").state
    trace = tmp_path / "trace"
    torch.save(
        {"state_dict": state, "hook": hostile._Call(eval, f"open({str(trace)!r}, 'w')")},
        path := tmp_path / "a.pth",
    )
    torch.save(state, plain := tmp_path / "b.pth")
    found = open_checkpoint(path)
    assert any("hook (" in note and ".eval)" in note for note in found.provenance.notes)
    assert_same_tensors(found, open_checkpoint(plain))
    assert not trace.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process from /proc")
@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_opening_takes_at_most_twice_the_files_size(dtype: str, tmp_path: Path) -> None:
    """What torch itself takes is measured first, in a process of its own."""
    kind = getattr(torch, dtype)
    state = {
        name: tensor.to(kind) if tensor.is_floating_point() else tensor
        for name, tensor in sample("torchvision").state.items()
    }
    torch.save(state, path := tmp_path / "weights.pth")
    program = """
        import sys, torch
        from pathlib import Path
        from gnet_desktop.checkpoints import reading
        def peak():
            lines = Path("/proc/self/status").read_text().splitlines()
            return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
        torch.from_numpy(__import__("numpy").zeros(3)).sum()
        before = peak()
        found = reading.open_checkpoint(Path(sys.argv[1]))
        print(peak() - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) <= 2 * path.stat().st_size + 8e6


def test_a_number_that_is_repeated_a_billion_times_is_refused(tmp_path: Path) -> None:
    state = sample("tutorial").state
    state["fc_layer.weight"] = torch.zeros(1, 1).expand(2_000_000, 1024)
    state["fc_layer.bias"] = torch.zeros(1).expand(2_000_000)
    torch.save(state, path := tmp_path / "weights.pth")
    with pytest.raises(CheckpointError, match="far more memory than it is large"):
        open_checkpoint(path)


@pytest.mark.parametrize(
    ("shape", "offset", "strides"),
    [
        ((3, 4), 4, None),
        ((4, 4), 0, None),
        ((3, 4), -4, None),
        ((3, 4), 0, (-4, 1)),
        ((3, -4), 0, (4, 1)),
        ((3, 4), 0, (5, 1)),
        ((1 << 40, 1 << 40), 0, (1, 1)),
        ((2,) * 9, 0, (0,) * 9),
    ],
)
def test_a_tensor_outside_its_data_is_damaged(
    shape: tuple[int, ...], offset: int, strides: tuple[int, ...] | None
) -> None:
    tensor = StoredTensor(MemorySource(bytes(48)), "float32", shape, offset, strides)
    with pytest.raises(Damaged):
        tensor.check("x")


def test_overlapping_strides_inside_the_data_are_just_numbers() -> None:
    tensor = StoredTensor(MemorySource(np.arange(6, dtype="<f4").tobytes()), "float32", (3, 3), 0, (1, 1))
    tensor.check("x")
    assert tensor.numbers().tolist() == [[0, 1, 2], [1, 2, 3], [2, 3, 4]]


@pytest.mark.parametrize("junk", [0, 1, 15, 40, 100_000])
def test_packed_content_that_ends_early_ends_the_reading(junk: int, tmp_path: Path) -> None:
    """zlib keeps what follows its stream's end and never takes it: no reason to ask again and again."""
    path = tmp_path / "weights.npz"
    path.write_bytes(hostile.ends_early(junk))
    with pytest.raises(CheckpointError, match="does not unpack to the size"):
        open_checkpoint(path)
