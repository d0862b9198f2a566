"""Names of other frameworks: PaddlePaddle and GluonCV (docs/formats.md#other-frameworks)."""

from typing import Final

from gnet_desktop.checkpoints.dialects.dialect import Dialect, Endings, heads, in_modules, plain

_PADDLE_PARTS: Final = {
    "1x1": "._conv1._conv",
    "3x3_reduce": "._conv3r._conv",
    "3x3": "._conv3._conv",
    "5x5_reduce": "._conv5r._conv",
    "5x5": "._conv5._conv",
    "pool_proj": "._convprj._conv",
}
_GLUON_PARTS: Final = {
    "1x1": (".0.0.0", ".0.0.1"),
    "3x3_reduce": (".1.0.0", ".1.0.1"),
    "3x3": (".1.1.0", ".1.1.1"),
    "5x5_reduce": (".2.0.0", ".2.0.1"),
    "5x5": (".2.1.0", ".2.1.1"),
    "pool_proj": (".3.1.0", ".3.1.1"),
}
_GLUON: Final = Endings(norm=(".gamma", ".beta", ".running_mean", ".running_var"))


def _paddle() -> Dialect:
    convolutions, linears = heads(("_conv_o{}._conv", ""), "_fc_o{}", "_out{}")
    stem = {"conv1": "_conv._conv", "conv2": "_conv_1._conv", "conv3": "_conv_2._conv"}
    return Dialect(
        "paddle",
        "PaddlePaddle's names",
        "paddle",
        plain(stem) | in_modules("_ince{}", _PADDLE_PARTS) | convolutions,
        {"fc": "_fc_out"} | linears,
        linear_transposed=True,
    )


def _gluon(name: str, classifier: str) -> Dialect:
    convolutions, linears = heads(("aux{}.1.0", "aux{}.1.1"), "aux{}.3", "aux{}.6")
    stem = {f"conv{number}": (f"conv{number}.0", f"conv{number}.1") for number in range(1, 4)}
    return Dialect(
        name,
        "GluonCV's names",
        "gluoncv",
        stem | in_modules("inception{}", _GLUON_PARTS) | convolutions,
        {"fc": classifier} | linears,
        endings=_GLUON,
    )


DIALECTS: Final = (_paddle(), _gluon("gluoncv", "output"), _gluon("gluoncv-head", "head.2"))
