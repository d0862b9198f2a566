"""A file becomes a `Checkpoint`: the only entry.

The file is described first, matched and checked; only then are the numbers read, once,
and exactly those that the network asks for.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from gnet_desktop.budget import Budget, spending
from gnet_desktop.checkpoints.checkpoint import (
    WEIGHTS_CHOICE,
    Checkpoint,
    HeadState,
    Provenance,
)
from gnet_desktop.checkpoints.containers import read_container
from gnet_desktop.checkpoints.containers.caffemodel import CAFFE
from gnet_desktop.checkpoints.containers.folders import chosen
from gnet_desktop.checkpoints.containers.source import FileSource, chunks
from gnet_desktop.checkpoints.containers.stored import Contents, Floats, Room, StoredTensor, is_whole
from gnet_desktop.checkpoints.containers.zipped import Content
from gnet_desktop.checkpoints.convention import FROM_METADATA, infer_convention
from gnet_desktop.checkpoints.describing.heads import OFFICIAL_HASH, UNTRAINED, head_states
from gnet_desktop.checkpoints.fitting.single import ONE_OUTPUT
from gnet_desktop.checkpoints.labels import find_labels
from gnet_desktop.checkpoints.mean_picture import with_mean_beside
from gnet_desktop.checkpoints.recognition.recognise import Recognised, recognise
from gnet_desktop.checkpoints.recognition.sequential import HIDDEN
from gnet_desktop.checkpoints.steps import Progress, Steps
from gnet_desktop.errors import CheckpointError, UsageError
from gnet_desktop.network.architecture import AUXILIARY, HEADS
from gnet_desktop.network.families import FAMILIES
from gnet_desktop.plain_json import parsed
from gnet_desktop.shown import whole

if TYPE_CHECKING:
    import torch

_SPARE: Final = 1 << 26
"""Bytes that a file's numbers may take beyond twice its size (a tensor may repeat one number)."""

_LARGE: Final = (
    "If you trust it, save only the weights, with torch.save(model.state_dict(), …), and open that."
)

# The budget is spent before either happens; this is for what it doesn't know of.
_TOO_MUCH: Final[Mapping[type[Exception], tuple[str, str, str]]] = {
    MemoryError: ("It needs more memory than there is.", "", "Close other programs, or use another machine."),
    RecursionError: ("The file is not read to its end.", "It is nested too deep.", "Do not trust this file."),
}


def open_checkpoint(
    path: Path,
    *,
    labels: Path | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    assume: Mapping[str, str] | None = None,
) -> Checkpoint:
    """Open a GoogLeNet from a file of any known kind, without running anything in it.

    A folder is opened by the index or the weights in it (`containers.folders`).
    ``labels`` is a file or folder of class names. ``progress`` gets a stage in words and
    the share done (0…1); ``cancelled`` is asked between steps. ``assume`` answers what
    the file doesn't tell (keys and choices: `Provenance.assumed`, `families.FAMILIES`).
    Raises CheckpointError, LabelsError, UsageError or Cancelled.
    """
    steps = Steps(progress or Steps.progress, cancelled or Steps.cancelled)
    path = chosen(Path(path))
    budget = Budget(CheckpointError, todo=_LARGE, cancelled=steps.cancelled)
    with spending(budget), FileSource(path) as source:
        try:
            return _open(path, source, labels, steps, dict(assume or {}))
        except CheckpointError as error:
            raise _named(path, error) from error
        except (MemoryError, RecursionError) as error:
            raise _named(path, CheckpointError(*_TOO_MUCH[type(error)])) from error


def _named(path: Path, error: CheckpointError) -> CheckpointError:
    """The same error, with the file's name in its first sentence."""
    name = path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    named = error.what.startswith((name, str(path)))
    what = error.what if named else f"{name} cannot be opened: {_lower(error.what)}"
    return CheckpointError(what, error.why, error.todo)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _open(
    path: Path, source: FileSource, labels: Path | None, steps: Steps, assume: dict[str, str]
) -> Checkpoint:
    steps.at("Recognising the file", 0.0)
    contents = read_container(source)
    recognised = recognise(contents, assume)
    _check_set(assume, recognised.sets)
    fitted = recognised.fitted
    _check_kinds(fitted.tensors)
    _check_memory(fitted.tensors, source.whole_size)
    steps.at("Checking the file", 0.1)
    sha256 = _hash(source, steps)
    arrays = _read(fitted.tensors, steps)
    source.check_unchanged()

    architecture, texts = fitted.architecture, _texts(contents)
    found, notes = find_labels(
        path,
        architecture.classes,
        texts,
        given=labels,
        special=1008 if architecture.family == "lucid" else 0,
    )
    heads = head_states(
        architecture,
        arrays,
        _counts(recognised, contents),
        sha256=sha256,
        temperatures=_temperatures(texts),
        untrained=texts.get(UNTRAINED, "").split(",")[: len(HEADS)],
    )
    transform, assumed = _transform_input(recognised, heads, sha256, assume)
    convention, convention_source = infer_convention(
        architecture.family,
        channels=architecture.input_channels,
        texts=texts,
        transform_input=transform,
        dialect=recognised.dialect,
        entry=recognised.entry,
    )
    if convention_source == FROM_METADATA:
        assumed = {}  # the file says how a picture is prepared
    elif contents.container.startswith(CAFFE):
        convention, convention_source, more = with_mean_beside(path, convention, convention_source)
        notes = (*notes, *more)
    if recognised.sets:
        assumed = {**assumed, WEIGHTS_CHOICE: recognised.sets[0]}
    _check_assumptions(assume, architecture.family)
    steps.at("Building the network", 1.0)  # its tensors come first, and torch for them
    return Checkpoint(
        architecture=architecture,
        tensors=_tensors(arrays),
        labels=found,
        convention=convention,
        convention_source=convention_source,
        heads=heads,
        provenance=Provenance(
            path=path,
            size=source.size,
            sha256=sha256,
            container=contents.container,
            family=architecture.family,
            family_title=FAMILIES[architecture.family].title,
            recognised_by=recognised.by,
            wrappers=recognised.wrappers,
            dtypes=_dtypes(fitted.tensors),
            converted=_converted(contents, fitted.tensors),
            stored=len(contents.tensors),
            missing=fitted.missing,
            left_over=recognised.left_over,
            beside=recognised.beside,
            assumed={**fitted.assumed, **assumed},
            open=tuple(sorted({*fitted.open, *assumed} - assume.keys())),
            said=fitted.said,
            sets=recognised.sets,
            notes=(*contents.notes, *recognised.notes, *notes, *_rounding(fitted.tensors)),
            warnings=(*recognised.warnings, *_disagreement(heads), *_damage(fitted.tensors)),
            metadata=dict(contents.texts),
        ),
    )


def _check_kinds(tensors: Mapping[str, StoredTensor]) -> None:
    """Raise CheckpointError for whole numbers that nothing in the file makes weights of."""
    whole = Counter(tensor.dtype for tensor in tensors.values() if is_whole(tensor.dtype))
    for dtype, count in whole.most_common(1):
        raise CheckpointError(
            f"{count} of its weights are stored as {dtype}.",
            "Such whole numbers stand for weights only with a scale and a zero point, "
            "and these are not beside them.",
            "Open the float32 or float16 file of the same network.",
        )


def _check_memory(tensors: Mapping[str, StoredTensor], size: int) -> None:
    wanted = 4 * sum(tensor.count for tensor in tensors.values())
    if wanted > 2 * size + _SPARE:
        raise CheckpointError(
            "It would take far more memory than it is large.",
            f"Its {whole(size)} bytes claim to hold {whole(wanted // 4)} different numbers.",
            "Do not trust this file.",
        )


def _hash(source: FileSource, steps: Steps) -> str:
    """SHA-256 of the file, or of it and those beside it that hold its weights, one behind the other."""
    digest, done, size = hashlib.sha256(), 0, source.whole_size
    for piece in (piece for file in source.whole for piece in chunks(file)):
        digest.update(piece)
        done += len(piece)
        steps.at("Checking the file", 0.1 + 0.3 * done / size)
    return digest.hexdigest()


def _read(tensors: Mapping[str, StoredTensor], steps: Steps) -> dict[str, Floats]:
    arrays, done, total = {}, 0, sum(tensor.count for tensor in tensors.values())
    plain = [tensor.count for tensor in tensors.values() if tensor.is_plain]
    room = Room(sum(plain), len(plain))
    for name, tensor in tensors.items():
        arrays[name] = np.ascontiguousarray(tensor.numbers(room))
        done += tensor.count
        steps.at("Reading the weights", 0.4 + 0.5 * done / max(total, 1))
    return arrays


def _disagreement(heads: Mapping[str, HeadState]) -> tuple[str, ...]:
    """A warning where the heads answer about different numbers of classes."""
    counts = {name: state.classes for name, state in heads.items() if state.present}
    if len(set(counts.values())) < 2:
        return ()
    shown = ", ".join(f"{name} {count}" for name, count in counts.items())
    return (f"The heads have different numbers of classes ({shown}); the names are the main head's.",)


def _damage(tensors: Mapping[str, StoredTensor]) -> tuple[str, ...]:
    """A warning where what an archive holds is not what its checksums say."""
    sources = {id(source): (name, source) for name, tensor in tensors.items() for source in tensor.sources}
    bad = [
        name for name, source in sources.values() if isinstance(source, Content) and not source.is_intact()
    ]
    if not bad:
        return ()
    return (f"The checksum of {len(bad)} tensors does not fit (first {bad[0]}): the file may be damaged.",)


def _tensors(arrays: Mapping[str, Floats]) -> "dict[str, torch.Tensor]":
    import torch

    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def _counts(recognised: Recognised, contents: Contents) -> dict[str, int]:
    """Batches that the norms have counted, by canonical layer."""
    found = {}
    for layer, names in recognised.names.items():
        tensor = contents.tensors.get(names.get("norm.count", ""))
        if tensor is not None and tensor.count == 1:
            tensor.check(layer)
            found[layer] = int(tensor.numbers().reshape(-1)[0])
    return found


def _texts(contents: Contents) -> dict[str, str]:
    """Metadata; class names that stand beside the weights are put in as JSON."""
    texts = dict(contents.texts)
    for value in contents.labels.values():
        texts.setdefault("labels", json.dumps(value))
    return texts


def _temperatures(texts: Mapping[str, str]) -> dict[str, float]:
    try:
        given = parsed(texts.get("temperatures", "{}"))
        found = {str(name): float(value) for name, value in given.items()}
    except (ValueError, TypeError, AttributeError, OverflowError):
        return {}
    return {name: value for name, value in found.items() if 1e-3 < value < 1e3}


def _transform_input(
    recognised: Recognised, heads: Mapping[str, HeadState], sha256: str, assume: Mapping[str, str]
) -> tuple[bool, dict[str, str]]:
    """Whether torchvision's second rescaling applies, and what of it is only assumed.

    It is on for torchvision's published weights, whose heads were never trained.
    """
    architecture = recognised.fitted.architecture
    if architecture.family != "torchvision" or architecture.input_channels != 3:
        return False, {}
    if "transform_input" in assume:
        return assume["transform_input"] == "on", {"transform_input": assume["transform_input"]}
    if recognised.transform_input is not None:
        return recognised.transform_input, {}
    if sha256.startswith(OFFICIAL_HASH):
        return True, {}
    untrained = all(heads[head].present and heads[head].trained is False for head in AUXILIARY)
    published = untrained and architecture.classes == 1000 and heads["main"].trained is True
    return published, {"transform_input": "on" if published else "off"}


_ASSUMPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "family": tuple(FAMILIES),
    "transform_input": ("on", "off"),
    "hidden": HIDDEN,
    "one_output": ONE_OUTPUT,
    "conv1_stride": ("1", "2"),
}


def _check_assumptions(assume: Mapping[str, str], family: str) -> None:
    """Raise UsageError for a key or a choice that doesn't exist."""
    switches = FAMILIES[family].switches
    known = {**_ASSUMPTIONS, **{name: tuple(switch.choices) for name, switch in switches.items()}}
    for name, value in assume.items():
        if name != WEIGHTS_CHOICE and value not in known.get(name, ()):
            offered = "; ".join(
                f"{key}={'|'.join(choices)}" for key, choices in known.items() if key != "family"
            )
            raise UsageError(f"{name}={value} cannot be assumed.", f"Of this file can be assumed: {offered}.")


def _check_set(assume: Mapping[str, str], sets: tuple[str, ...]) -> None:
    """Raise UsageError where a set of weights is asked for that the file doesn't have."""
    wanted = assume.get(WEIGHTS_CHOICE)
    if wanted is None or wanted in sets:
        return
    has = f"It has {', '.join(sets)}." if sets else "It has one set only."
    raise UsageError(f"This file has no weights called {wanted}.", has, "Leave --weights out, or name one.")


def _dtypes(tensors: Mapping[str, StoredTensor]) -> dict[str, int]:
    return dict(Counter(tensor.kind or tensor.dtype for tensor in tensors.values()))


def _rounding(tensors: Mapping[str, StoredTensor]) -> tuple[str, ...]:
    """A note where the weights were quantised."""
    kinds = {tensor.kind or tensor.dtype for tensor in tensors.values()}
    if not any(is_whole(kind) or kind.startswith("float8") for kind in kinds):
        return ()
    return (
        "Its weights are quantised; they are computed with in float32, so that answers may differ "
        "a little from the quantised network's.",
    )


def _converted(contents: Contents, tensors: Mapping[str, StoredTensor]) -> tuple[str, ...]:
    lines = [
        f"{count} tensors from {dtype} to float32"
        for dtype, count in sorted(_dtypes(tensors).items())
        if dtype != "float32"
    ]
    made = Counter(tensor.how for tensor in tensors.values() if tensor.how)
    lines += [f"{count} tensors put together: {how}" for how, count in made.items()]
    if any(tensor.order == ">" for tensor in tensors.values()):
        lines.append("byte order from big to little")
    devices = [device for device in contents.devices if device != "cpu"]
    if devices:
        lines.append(f"saved on {', '.join(devices)}, read to the CPU")
    return tuple(lines)
