"""Visualisations from the first step to the last, nobody watching."""

from gnet_desktop.convention import Convention
from gnet_desktop.inspection.visualisation.making import grow
from gnet_desktop.inspection.visualisation.recipe import Made, Recipe
from gnet_desktop.inspection.visualisation.wanted import Wanted
from gnet_desktop.network.googlenet import GoogLeNet


def visualised(network: GoogLeNet, convention: Convention, wanted: Wanted, recipe: Recipe) -> Made:
    """The finished pictures."""
    *_, made = grow(network, convention, wanted, recipe, every=recipe.steps)
    return made
