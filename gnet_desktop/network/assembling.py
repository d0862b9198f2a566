"""An `Architecture` put together from a family's recipe and a file's widths."""

from collections.abc import Mapping
from dataclasses import replace

from gnet_desktop.network.architecture import (
    AUXILIARY,
    MODULES,
    Architecture,
    Branch,
    Convolution,
    Head,
    HeadName,
    Linear,
    Module,
    Pool,
    TrunkLayer,
)
from gnet_desktop.network.recipes import (
    Family,
    HeadWidths,
    ModuleWidths,
    Template,
    Widths,
)


def assemble(
    recipe: Family, widths: Widths, input_channels: int, classes: int, aux_classes: Mapping[str, int]
) -> Architecture:
    """The architecture of a recipe; see `families.build` for the arguments."""
    trunk = _trunk(recipe, widths, input_channels)
    outputs = {layer.name: layer.outputs for layer in trunk if isinstance(layer, Module | Convolution)}
    return Architecture(
        family=recipe.name,
        trunk=trunk,
        global_pool=recipe.global_pool,
        classifier=_classifier(recipe, widths, list(outputs.values())[-1], classes),
        heads=tuple(
            _head(recipe, widths, name, outputs[source], aux_classes[name])
            for name, source in AUXILIARY.items()
            if aux_classes.get(name)
        ),
        outputs=recipe.outputs,
    )


def _trunk(recipe: Family, widths: Widths, channels: int) -> tuple[TrunkLayer, ...]:
    layers: list[TrunkLayer] = []
    for template in (*_stem(recipe), *MODULES, *recipe.tail):
        if isinstance(template, str):
            module = _module(recipe, template, widths.modules[template], channels)
            layers += [module, *((recipe.pools[template],) if template in recipe.pools else ())]
            channels = module.outputs
        elif not isinstance(template, Convolution):
            layers.append(template)
        elif template.name in widths.trunk:
            outputs = widths.trunk[template.name]
            layers.append(replace(template, inputs=channels, outputs=outputs))
            channels = outputs
    return tuple(layers)


def _stem(recipe: Family) -> list[Template]:
    """The stem's templates with the family's biases and norms."""
    bias = recipe.bias if recipe.stem_bias is None else recipe.stem_bias
    return [
        replace(template, bias=bias, norm_epsilon=recipe.norm_epsilon)
        if isinstance(template, Convolution)
        else template
        for template in recipe.stem
    ]


def _module(recipe: Family, name: str, widths: ModuleWidths, channels: int) -> Module:
    def convolution(part: str, inputs: int, outputs: int, kernel: int) -> Convolution:
        return Convolution(
            f"{name}/{part}",
            inputs,
            outputs,
            kernel,
            padding=kernel // 2,
            bias=recipe.bias,
            norm_epsilon=recipe.norm_epsilon,
            activation=recipe.activation,
        )

    if recipe.five == "3+3":
        first = widths.five_a or widths.five
        inner = convolution("5x5_a", widths.five_reduce, first, 3)
        if recipe.five_epsilon == "channels" and recipe.norm_epsilon is not None:
            inner = replace(inner, norm_epsilon=float(first))
        five: tuple[Convolution, ...] = (inner, convolution("5x5", first, widths.five, 3))
    else:
        five = (convolution("5x5", widths.five_reduce, widths.five, recipe.five),)
    branches = (
        (convolution("1x1", channels, widths.one, 1),),
        (
            convolution("3x3_reduce", channels, widths.three_reduce, 1),
            convolution("3x3", widths.three_reduce, widths.three, 3),
        ),
        (convolution("5x5_reduce", channels, widths.five_reduce, 1), *five),
        (Pool(f"{name}/pool", 3, 1, padding=1), convolution("pool_proj", channels, widths.pool_proj, 1)),
    )
    return Module(name, tuple(Branch(layers) for layers in branches), recipe.module_activation)


def _classifier(recipe: Family, widths: Widths, channels: int, classes: int) -> tuple[Linear, ...]:
    """Hidden layers ``fc_1``, ``fc_2``… if any, then ``fc``; empty without classes."""
    if not classes:
        return ()
    layers = []
    for number, hidden in enumerate(widths.classifier, 1):
        layers.append(Linear(f"fc_{number}", channels, hidden, "relu"))
        channels = hidden
    layers.append(Linear("fc", channels, classes))
    layers[0] = replace(layers[0], scale=recipe.classifier_scale)
    return tuple(layers)


def _head(recipe: Family, widths: Widths, name: HeadName, channels: int, classes: int) -> Head:
    sizes = widths.heads.get(name, HeadWidths())
    pool = recipe.head.pool
    return Head(
        name=name,
        source=AUXILIARY[name],
        pool=sizes.cells if pool is None else replace(pool, name=f"{name}/pool"),
        convolution=Convolution(
            f"{name}/conv",
            channels,
            sizes.convolution,
            1,
            bias=recipe.bias,
            norm_epsilon=recipe.norm_epsilon,
            activation=recipe.head.activation,
        ),
        layers=(
            Linear(
                f"{name}/fc1",
                sizes.convolution * sizes.cells**2,
                sizes.hidden,
                recipe.head.hidden_activations[name],
            ),
            Linear(f"{name}/fc2", sizes.hidden, classes, scale=recipe.head.scale),
        ),
    )
