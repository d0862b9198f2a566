"""The methods by name; what works one out is imported when it is asked for."""

from typing import Final, Literal, get_args

Method = Literal["contributions", "grad-cam", "integrated-gradients", "occlusion"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)

AT_LAYER: Final[tuple[Method, ...]] = ("contributions", "grad-cam")
"""Methods whose map lies on the cells of a layer; the others' lie on the input's pixels."""

PLACES: Final[dict[Method, str]] = {
    "contributions": "at_layer:contributions_of",
    "grad-cam": "at_layer:grad_cam_of",
    "integrated-gradients": "integrated:integrated_gradients_of",
    "occlusion": "occlusion:occlusion_of",
}
"""The module of each and its function from a `Question` to the map."""
