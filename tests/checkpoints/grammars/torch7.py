"""Torch7's files, whose kinds, indices, lengths and sides may lie."""

from typing import Any

from typing_extensions import override

from tests.checkpoints.grammars.dice import Dice
from tests.checkpoints.torch7_files import Module, Writer

_KINDS = (
    *(
        "nn.SpatialConvolution",
        "nn.SpatialConvolutionMM",
        "nn.SpatialBatchNormalization",
        "nn.ReLU",
        "nn.Linear",
    ),
    *(
        "nn.Sequential",
        "nn.Concat",
        "nn.SpatialMaxPooling",
        "nn.SpatialCrossMapLRN",
        "nn.Mystery",
        "torch.LongStorage",
    ),
)


class _Lying(Writer):
    def __init__(self, dice: Dice) -> None:
        super().__init__()
        self.dice = dice

    @override
    def integer(self, value: int) -> None:
        self.data += self.dice.unsigned(value, 32).to_bytes(4, "little")

    @override
    def long(self, value: int) -> None:
        self.data += self.dice.unsigned(value, 64).to_bytes(8, "little")


def _module(dice: Dice, arrays: list[Any], depth: int = 0) -> Module:
    """A module with fields of its own and, perhaps, modules in it, one of which may be itself."""
    fields = {
        name: dice.choice((dice.number(), 0.5, True, None, "ceil", dice.choice(arrays)))
        for name in dice.sample(
            ("weight", "bias", "running_mean", "running_std", "kH", "kW", "dW", "eps", "size", "k"), 4
        )
    }
    fields["nInputPlane"] = dice.number(3)
    found = Module(dice.choice(_KINDS), **fields)
    if depth < 4:
        inside = [_module(dice, arrays, depth + 1) for _ in range(dice.randrange(4))]
        found["modules"] = [*inside, found] if dice.lies() else inside
    return found


def file(dice: Dice) -> bytes:
    """A table of a network's tensors, modules, or lists in lists."""
    writer, arrays = _Lying(dice), dice.state()
    arrays = {name: value for name, value in arrays.items() if value.ndim}
    way = dice.randrange(4)
    if way < 2:
        writer.put({"epoch": dice.number(), "state_dict": arrays} if way else arrays)
    elif way == 2:
        writer.put(_module(dice, list(arrays.values())))
    else:
        value: Any = arrays
        for _ in range(dice.choice((1, 10, 50, 70))):
            value = [value, value] if dice.random() < 0.5 else {dice.word(): value}
        writer.put(value)
    return bytes(writer.data)
