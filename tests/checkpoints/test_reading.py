"""The one entry: progress, cancelling, hashes, files that change, no library's warning."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from gnet_desktop.checkpoints import reading
from gnet_desktop.checkpoints.checkpoint import Checkpoint
from gnet_desktop.checkpoints.containers.source import FileSource
from gnet_desktop.checkpoints.reading import open_checkpoint
from gnet_desktop.errors import Cancelled, CheckpointError
from tests.checkpoints.samples import sample


@pytest.fixture
def path(tmp_path: Path) -> Path:
    torch.save(sample("tutorial").state, found := tmp_path / "weights.pth")
    return found


def test_progress_rises_to_one_with_stages_in_words(path: Path) -> None:
    seen: list[tuple[str, float]] = []
    open_checkpoint(path, progress=lambda stage, share: seen.append((stage, share)))
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert {stage for stage, _ in seen} >= {
        "Recognising the file",
        "Checking the file",
        "Reading the weights",
    }


@pytest.mark.parametrize("after", [0, 3, 20, 100])
def test_it_can_be_stopped_at_any_step(path: Path, after: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Cancelled):
        open_checkpoint(path, cancelled=cancelled)
    assert asked == after + 1


def test_the_hash_is_the_files_and_its_size_too(path: Path) -> None:
    provenance = open_checkpoint(path).provenance
    assert provenance.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert provenance.size == path.stat().st_size
    assert provenance.path == path


def test_a_file_that_is_written_meanwhile_is_refused(path: Path) -> None:
    def meddle(stage: str, share: float) -> None:
        if stage == "Reading the weights":
            with path.open("r+b") as file:
                file.seek(1000)
                file.write(b"other")
            os.utime(path, (1, 1))

    with pytest.raises(CheckpointError, match="changed while it was read"):
        open_checkpoint(path, progress=meddle)


def test_a_file_that_shrinks_meanwhile_is_no_crash(path: Path) -> None:
    def cut(stage: str, share: float) -> None:
        if stage == "Checking the file":
            os.truncate(path, 5000)

    with pytest.raises(CheckpointError, match="changed while it was read"):
        open_checkpoint(path, progress=cut)


def test_the_file_is_given_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[Path] = []
    close = FileSource.close

    def closing(source: FileSource) -> None:
        closed.append(source.path)
        close(source)

    monkeypatch.setattr(FileSource, "close", closing)
    open_checkpoint(path)
    path.write_bytes(b"x")
    with pytest.raises(CheckpointError):
        open_checkpoint(path)
    assert closed == [path, path]


def test_tensors_are_fresh_float32_in_memory(path: Path) -> None:
    found = open_checkpoint(path)
    path.write_bytes(b"")
    for tensor in found.tensors.values():
        assert tensor.dtype == torch.float32
        assert tensor.device.type == "cpu"
        assert tensor.is_contiguous()
    assert torch.equal(found.tensors["fc.weight"], sample("tutorial").state["fc_layer.weight"])
    first, second = open_checkpoint_twice(path)
    assert first.tensors["conv1.weight"].data_ptr() != second.tensors["conv1.weight"].data_ptr()


def open_checkpoint_twice(path: Path) -> tuple[Checkpoint, Checkpoint]:
    torch.save(sample("tutorial").state, path)
    return open_checkpoint(path), open_checkpoint(path)


def test_neither_torchvision_nor_safetensors_nor_onnx_is_needed(path: Path, bundled: Path) -> None:
    program = f"""
import sys, warnings
warnings.simplefilter("error")
for name in ("torchvision", "safetensors", "onnx", "pickle5", "zipfile.nothing"):
    sys.modules[name] = None
from pathlib import Path
from gnet_desktop.checkpoints.reading import open_checkpoint
for name in ({str(path)!r}, {str(bundled)!r}):
    open_checkpoint(Path(name))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_reader_does_not_import_torch() -> None:
    program = "import sys, gnet_desktop.checkpoints.reading; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_damaged_archive_that_still_opens_says_so(path: Path) -> None:
    data = bytearray(path.read_bytes())
    place = data.find(sample("tutorial").state["fc_layer.weight"].numpy().tobytes()[:64])
    data[place + 2] ^= 1
    path.write_bytes(data)
    assert any("checksum" in line for line in open_checkpoint(path).provenance.warnings)


def test_a_name_given_as_text_is_taken(path: Path) -> None:
    assert open_checkpoint(str(path)).provenance.path == path  # type: ignore[arg-type]
    assert reading.open_checkpoint.__doc__
