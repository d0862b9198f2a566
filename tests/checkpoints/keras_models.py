"""Descriptions of whole Keras models: the public port of Caffe's network, and slim's in Keras's own layers.

Keras 2 writes what a layer reads as lists, Keras 3 as tensors that know where they are from.
"""

from collections.abc import Mapping
from typing import Any

from tests.oracles.tensorflow import SCOPES, Slim

MODULES = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")


class Net:
    """Layers one behind the other, as a functional model lists them."""

    def __init__(self, edition: int) -> None:
        self.edition, self.layers, self.counts = edition, list[dict[str, Any]](), dict[str, int]()

    def add(self, kind: str, inputs: list[str], name: str = "", **config: Any) -> str:
        """A layer; its name, which Keras makes of its class where none is given."""
        word = {"BatchNormalization": "batch_normalization"}.get(kind, kind.lower())
        count = self.counts[word] = self.counts.get(word, -1) + 1
        name = name or (f"{word}_{count}" if count else word)
        nodes: list[Any] = []
        if inputs and self.edition == 2:
            nodes = [[[one, 0, 0, {}] for one in inputs]]
        elif inputs:
            tensors = [
                {"class_name": "__keras_tensor__", "config": {"shape": [None], "keras_history": [one, 0, 0]}}
                for one in inputs
            ]
            nodes = [{"args": [tensors if len(tensors) > 1 else tensors[0]], "kwargs": {}}]
        self.layers.append(
            {"class_name": kind, "name": name, "config": {"name": name, **config}, "inbound_nodes": nodes}
        )
        return name

    def conv(self, value: str, kernel: int, name: str = "", **config: Any) -> str:
        return self.add(
            "Conv2D", [value], name, **{"kernel_size": [kernel, kernel], "strides": [1, 1], **config}
        )

    def pool(self, value: str, kernel: int, stride: int, padding: str = "valid", kind: str = "Max") -> str:
        sizes: dict[str, Any] = {
            "pool_size": [kernel, kernel],
            "strides": [stride, stride],
            "padding": padding,
        }
        return self.add(f"{kind}Pooling2D", [value], **sizes)

    def described(self) -> dict[str, Any]:
        """The whole description."""
        return {"class_name": "Functional", "config": {"name": "model", "layers": self.layers}}


def port(edition: int, *, order: str = "channels_last") -> dict[str, Any]:
    """The public port: Caffe's rounding as a padding and a crop, responses normed by a layer of its own."""
    net = Net(edition)
    active = {"activation": "relu", "padding": "same", "data_format": order}

    def halved(value: str) -> str:
        padded = net.add("ZeroPadding2D", [value], padding=[[1, 1], [1, 1]])
        return net.pool(net.add("PoolHelper", [padded]), 3, 2)

    x = net.add("ZeroPadding2D", [net.add("InputLayer", [], "input_1")], padding=[[3, 3], [3, 3]])
    x = net.conv(x, 7, "conv1/7x7_s2", **{**active, "padding": "valid", "strides": [2, 2]})
    x = net.add("LRN", [halved(x)], alpha=1e-4, beta=0.75, k=1, n=5)
    x = net.conv(net.conv(x, 1, "conv2/3x3_reduce", **active), 3, "conv2/3x3", **active)
    x = halved(net.add("LRN", [x], alpha=1e-4, beta=0.75, k=1, n=5))
    for module in MODULES:
        name = f"inception_{module}"
        branches = [
            net.conv(x, 1, f"{name}/1x1", **active),
            net.conv(net.conv(x, 1, f"{name}/3x3_reduce", **active), 3, f"{name}/3x3", **active),
            net.conv(net.conv(x, 1, f"{name}/5x5_reduce", **active), 5, f"{name}/5x5", **active),
            net.conv(net.pool(x, 3, 1, "same"), 1, f"{name}/pool_proj", **active),
        ]
        x = net.add("Concatenate", branches, f"{name}/output", axis=-1)
        if module in ("4a", "4d"):
            loss = f"loss{['4a', '4d'].index(module) + 1}"
            y = net.conv(net.pool(x, 5, 3, kind="Average"), 1, f"{loss}/conv", **active)
            y = net.add(
                "Dense", [net.add("Flatten", [y], data_format=order)], f"{loss}/fc", activation="relu"
            )
            y = net.add(
                "Dense", [net.add("Dropout", [y], rate=0.7)], f"{loss}/classifier", activation="linear"
            )
            net.add("Activation", [y], activation="softmax")
        if module in ("3b", "4e"):
            x = halved(x)
    x = net.add("Flatten", [net.pool(x, 7, 1, kind="Average")])
    x = net.add("Dense", [net.add("Dropout", [x], rate=0.4)], "loss3/classifier", activation="linear")
    net.add("Activation", [x], "prob", activation="softmax")
    return net.described()


def slim(edition: int, weights: Mapping[str, list[Any]]) -> tuple[dict[str, Any], dict[str, list[Any]]]:
    """slim's network in Keras's words with Keras's own names, and its weights under these.

    ``weights`` are by the model's own paths: convolutions, and norms without a scale.
    """
    net, named = Net(edition), dict[str, list[Any]]()

    def block(value: str, path: str, kernel: int, stride: int = 1) -> str:
        x = net.conv(
            value, kernel, strides=[stride, stride], padding="same", use_bias=False, activation="linear"
        )
        named[x] = weights[f"{path}.0"]
        norm = net.add("BatchNormalization", [x], epsilon=0.001, scale=False)
        named[norm] = weights[f"{path}.1"][1:]
        return net.add("Activation", [norm], activation="relu")

    x = block(net.add("InputLayer", [], "input_1"), "Conv2d_1a_7x7", 7, 2)
    x = block(block(net.pool(x, 3, 2, "same"), "Conv2d_2b_1x1", 1), "Conv2d_2c_3x3", 3)
    x = net.pool(x, 3, 2, "same")
    for module in MODULES:
        scope = SCOPES[module]
        first = f"{scope}/Branch_{{}}/Conv2d_0a_1x1"
        branches = [
            block(x, first.format(0), 1),
            block(block(x, first.format(1), 1), f"{scope}/Branch_1/Conv2d_0b_3x3", 3),
            block(block(x, first.format(2), 1), f"{scope}/Branch_2/{Slim.letter(scope)}", 3),
            block(net.pool(x, 3, 1, "same"), f"{scope}/Branch_3/Conv2d_0b_1x1", 1),
        ]
        x = net.add("Concatenate", branches, axis=-1)
        if module in ("3b", "4e"):
            x = net.pool(x, 3 if module == "3b" else 2, 2, "same")
    x = net.add("Dropout", [net.add("GlobalAveragePooling2D", [x])], rate=0.2)
    x = net.add("Dense", [x], activation="softmax")
    kernel, bias = weights["Logits/Conv2d_0c_1x1"]
    named[x] = [kernel[0, 0], bias]
    return net.described(), named
