"""A picture as its spectrum, and colours without the correlation that photos have.

A step on these numbers changes all frequencies alike and moves along the colours that
photos have, which is why such pictures come out natural rather than as noise.
"""

from typing import Final

import numpy as np
import torch
from torch import Tensor

SPREAD: Final = 0.01
"""Standard deviation of a fresh spectrum's numbers."""
_COMPRESSED: Final = 4.0
# How red, green and blue go together in photos: square root of their covariance.
_TOGETHER: Final = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))


def fresh(side: int, generator: torch.Generator) -> Tensor:
    """A random spectrum: (3, side, side // 2 + 1, 2), real and imaginary parts."""
    return torch.randn(3, side, side // 2 + 1, 2, generator=generator) * SPREAD


def pictures_of(spectra: Tensor, side: int) -> Tensor:
    """(pictures, 3, side, side), RGB 0…1, of spectra (pictures, 3, side, side // 2 + 1, 2)."""
    scaled = torch.view_as_complex(spectra) * amplitudes(side).to(spectra.device)
    mixed = torch.fft.irfft2(scaled, s=(side, side), norm="ortho") / _COMPRESSED
    colours = torch.einsum("ck,nkhw->nchw", colour_matrix().to(spectra.device), mixed)
    return torch.sigmoid(colours)


def amplitudes(side: int) -> Tensor:
    """How much each frequency counts: 1 / max(frequency, 1 / side), (side, side // 2 + 1)."""
    down, across = torch.fft.fftfreq(side)[:, None], torch.fft.rfftfreq(side)[None]
    return 1 / torch.clamp(torch.sqrt(down**2 + across**2), min=1 / side)


def colour_matrix() -> Tensor:
    """From uncorrelated colours to red, green and blue: (3, 3)."""
    matrix = np.array(_TOGETHER, np.float32)
    return torch.from_numpy(matrix / np.linalg.norm(matrix, axis=0).max())
