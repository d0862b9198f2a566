"""Directions are found in any container by their shape, and by name where several fit."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from gnet_desktop.checkpoints.directions import read_directions
from gnet_desktop.errors import CheckpointError

ROWS = np.arange(3 * 5, dtype=np.float32).reshape(3, 5)


def test_rows_of_an_array_are_directions(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", ROWS)
    found = read_directions(tmp_path / "a.npy", 5)
    assert np.array_equal(found.vectors, ROWS)
    assert len(found) == 3


def test_columns_are_where_only_they_fit_and_rows_where_both_do(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", ROWS)
    assert np.array_equal(read_directions(tmp_path / "a.npy", 3).vectors, ROWS.T)
    square = np.arange(16, dtype=np.float64).reshape(4, 4)
    np.save(tmp_path / "b.npy", square)
    assert np.array_equal(read_directions(tmp_path / "b.npy", 4).vectors, square)


def test_one_vector_is_one_direction(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", ROWS[1])
    assert np.array_equal(read_directions(tmp_path / "a.npy", 5).vectors, ROWS[1:2])


def test_of_an_autoencoder_the_decoder_is_taken(tmp_path: Path) -> None:
    """Encoder (channels, features), decoder (features, channels), and biases of both sizes."""
    state = {"W_enc": ROWS.T.copy(), "b_enc": np.zeros(3, np.float32), "W_dec": ROWS + 1, "b_dec": ROWS[0]}
    save_file(state, tmp_path / "sae.safetensors")
    torch.save({name: torch.from_numpy(one) for name, one in state.items()}, tmp_path / "sae.pt")
    for name in ("sae.safetensors", "sae.pt"):
        found = read_directions(tmp_path / name, 5)
        assert (found.name, found.vectors.tolist()) == ("W_dec", (ROWS + 1).tolist())
    module = {"decoder.weight": torch.from_numpy(ROWS.T.copy()), "encoder.weight": torch.from_numpy(ROWS)}
    torch.save(module, tmp_path / "linear.pt")
    assert np.array_equal(read_directions(tmp_path / "linear.pt", 5).vectors, ROWS)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"a": ROWS}, "side of 7"),
        ({"a": np.zeros((7, 2), np.float32), "b": np.zeros((2, 7), np.float32)}, "several matrices"),
        ({"a": np.full((2, 7), np.nan, np.float32)}, "not numbers"),
    ],
)
def test_what_has_no_directions_says_why(tmp_path: Path, state: dict[str, np.ndarray], said: str) -> None:
    save_file(state, tmp_path / "a.safetensors")
    with pytest.raises(CheckpointError, match=said):
        read_directions(tmp_path / "a.safetensors", 7)


def test_a_picture_is_called_a_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(CheckpointError, match="picture"):
        read_directions(tmp_path / "a.png", 5)
