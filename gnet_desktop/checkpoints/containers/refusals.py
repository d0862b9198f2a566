"""What a file is that holds no weights we can read, by its first bytes: data, with the next step.

A refusal is worth most where the file looks right by its name: a web page saved as
``.pth``, a Git LFS pointer, an archive around the real file.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from gnet_desktop.checkpoints.containers.source import FileSource, Source
from gnet_desktop.checkpoints.containers.stored import Contents
from gnet_desktop.checkpoints.containers.torch_tar import members
from gnet_desktop.checkpoints.containers.zipped import MAGIC, directory
from gnet_desktop.errors import CheckpointError
from gnet_desktop.file_kinds import CHECKPOINT_ENDINGS
from gnet_desktop.shown import whole


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of file: ``is_a`` ends a sentence that starts with "This is".

    ``weights`` is true where it holds or describes a network.
    """

    is_a: str
    why: str
    todo: str
    weights: bool = False

    def error(self) -> CheckpointError:
        """The refusal as it is raised."""
        return CheckpointError(f"This is {self.is_a}.", self.why, self.todo)


class Unclaimed(CheckpointError):
    """A file that no container claims; ``kind`` is what it is instead."""

    def __init__(self, kind: Foreign) -> None:
        super().__init__(f"This is {kind.is_a}.", kind.why, kind.todo)
        self.kind = kind


_OTHER: Final = "Open a PyTorch, safetensors, Caffe, ONNX or NumPy file."
_AGAIN: Final = "Download the file again from its own page."
_UNPACK: Final = "Unpack it and open the file inside."

_PICTURE: Final = Foreign(
    "a picture", "It holds no weights.", "Drop it on the window while a checkpoint is open."
)
_PROGRAM: Final = Foreign("a program", "It holds no weights, and nothing in a file is run here.", _OTHER)
_VIDEO: Final = Foreign("a video", "It holds no weights.", _OTHER)
_TORCH7: Final = Foreign(
    "a Torch7 file in letters",
    "Only its binary form is read.",
    "Save it with torch.save(file, model), without 'ascii', and open that.",
    weights=True,
)
_TENSORRT: Final = Foreign(
    "a TensorRT engine",
    "It is built for one graphics card, and its weights cannot be read back.",
    "Open the ONNX file that it was built from.",
    weights=True,
)
_SPLIT: Final = Foreign(
    "one part of a split archive",
    "The weights are spread over several files.",
    "Put all parts in one folder, unpack the first, and open the file inside.",
)
_UNFINISHED: Final = Foreign(
    "an unfinished download", "The browser has not renamed it yet.", "Wait for it, or download it again."
)


def _compressed(kind: str) -> Foreign:
    return Foreign(f"a file packed with {kind}", "What is inside it cannot be read here.", _UNPACK)


# (offset, bytes there, what it is)
_SIGNATURES: Final[tuple[tuple[int, bytes, Foreign], ...]] = (
    (
        0,
        b"MATLAB ",
        Foreign(
            "a MATLAB file that is not whole",
            "What its first line announces is not in it.",
            "Download or copy it again.",
            weights=True,
        ),
    ),
    (0, b"\x1f\x8b", _compressed("gzip")),
    (0, b"BZh", _compressed("bzip2")),
    (0, b"\xfd7zXZ\0", _compressed("xz")),
    (0, b"7z\xbc\xaf\x27\x1c", _compressed("7-Zip")),
    (0, b"Rar!", _compressed("RAR")),
    (0, b"\x28\xb5\x2f\xfd", _compressed("zstd")),
    (0, b"\x89PNG", _PICTURE),
    (0, b"\xff\xd8\xff", _PICTURE),
    (0, b"GIF8", _PICTURE),
    (8, b"WEBP", _PICTURE),
    (0, b"II*\0", _PICTURE),
    (0, b"MM\0*", _PICTURE),
    (0, b"BM", _PICTURE),
    (0, b"\x0a\x05\x01\x08", _PICTURE),
    (0, b"8BPS", _PICTURE),
    (128, b"DICM", _PICTURE),
    (0, b"\xff\x0a", _PICTURE),
    (4, b"JXL ", _PICTURE),
    (4, b"jP  ", _PICTURE),
    *((8, brand, _PICTURE) for brand in (b"heic", b"heix", b"mif1", b"avif")),
    (4, b"ftyp", _VIDEO),
    (0, b"\x1aE\xdf\xa3", _VIDEO),
    (0, b"PK\x07\x08PK\x03\x04", _SPLIT),
    (0, b"4\n1\n3\nV 1\n", _TORCH7),
    (0, b"3\n1\n", _TORCH7),
    (0, b"ftrt", _TENSORRT),
    (0, b"ptrt", _TENSORRT),
    (0, b"%PDF", Foreign("a PDF document", "It holds no weights.", _OTHER)),
    (0, b"\x7fELF", _PROGRAM),
    (0, b"MZ", _PROGRAM),
    (0, b"#!", _PROGRAM),
    (0, b"GGUF", Foreign("a GGUF file", "It holds a language model, not a GoogLeNet.", _OTHER, weights=True)),
    (0, b"SQLite format 3", Foreign("a database", "It holds no weights.", _OTHER)),
)

# What only the name tells: asked where the content is no readable file.
_NAMES: Final[tuple[tuple[re.Pattern[str], Foreign], ...]] = (
    (re.compile(r"\.(z\d\d|r\d\d|part\d+(\.rar)?|part[-_]?[a-z]{2}|\d{3})$", re.IGNORECASE), _SPLIT),
    (re.compile(r"\.(part|crdownload|download|partial)$", re.IGNORECASE), _UNFINISHED),
)

_TEXTS: Final[tuple[tuple[re.Pattern[bytes], Foreign], ...]] = (
    (
        re.compile(rb"^[ \t]*layers?[ \t]*\{", re.MULTILINE),
        Foreign(
            "a Caffe description (prototxt)",
            "The weights are in the caffemodel that belongs to it.",
            "Open the caffemodel.",
            weights=True,
        ),
    ),
    (
        re.compile(rb"\A(all_)?model_checkpoint_path(s)?:"),
        Foreign(
            "TensorFlow's note of its last checkpoint",
            "It holds names of files, no weights.",
            "Open the .index file beside it.",
            weights=True,
        ),
    ),
    (
        re.compile(rb"\Anode\s*\{"),
        Foreign(
            "a TensorFlow graph as text", "It holds no weights.", "Open the frozen graph (.pb).", weights=True
        ),
    ),
)

_MANY: Final = 20
"""Placeholders from which on a file is one of them."""

_TABLE: Final = re.compile(rb"\0\0([\x80-\xff]{1,4}[\0-\x7f]\x0a|\x06\x08.\x1a\x02\x08)")
"""How a TensorFlow checkpoint begins: an entry without a name, and what describes the rest."""

_PAGE: Final = re.compile(rb"<(!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
_TITLE: Final = re.compile(rb"<title[^>]{0,100}>([^<]{1,400})</title>", re.IGNORECASE)
_POINTER: Final = b"version https://git-lfs"
_POINTER_SIZE: Final = re.compile(rb"^size (\d{1,15})\s*$", re.MULTILINE)
_ERROR: Final = re.compile(r'"(?:message|error|detail|error_description)"\s*:\s*"([^"\\]{1,120})"')


def foreign(head: bytes, source: Source) -> Foreign:
    """What a file is that no container claims."""
    if not source.size:
        return Foreign("an empty file", "It has 0 bytes.", "Download or copy it again.")
    if not head.strip(b"\0"):
        return Foreign("a file of zeros", "Its download or copy broke off.", "Download or copy it again.")
    if (named := by_name(source)) is not None:
        return named
    for offset, signature, kind in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return kind
    for look in _LOOKS:
        if found := look(head, source):
            return found
    return Foreign("no weights file that can be recognised", "Its first bytes fit no known format.", _OTHER)


def refuse_without_weights(contents: Contents) -> None:
    """Raise CheckpointError where nearly every tensor has one number or none: the weights are elsewhere."""
    if any(".quantized." in kind for kind in contents.classes.values()) and not any(
        len(tensor.shape) > 1 for tensor in contents.tensors.values()
    ):
        raise CheckpointError(
            "It is a quantised network that was saved whole.",
            "Its weights are packed for one kind of processor.",
            "Save its state dict, with torch.save(model.state_dict(), …), and open that.",
        )
    tensors = [
        tensor for name, tensor in contents.tensors.items() if not name.endswith("num_batches_tracked")
    ]
    empty = sum(tensor.count <= 1 for tensor in tensors)
    if empty >= _MANY and empty > 0.9 * len(tensors):
        raise CheckpointError(
            f"Its {empty} tensors are empty placeholders.",
            "The weights lie in other files, as with DeepSpeed's ZeRO 3 and other sharded training.",
            "Put them together first (zero_to_fp32.py beside the checkpoint does it), and open the result.",
        )


def by_name(source: Source) -> Foreign | None:
    """What the file's name says that it is, for kinds that have no mark of their own; None if nothing."""
    name = source.path.name if isinstance(source, FileSource) else ""
    return next((kind for pattern, kind in _NAMES if pattern.search(name)), None)


def _zip(head: bytes, source: Source) -> Foreign | None:
    if not head.startswith(MAGIC):
        return None
    names = list(directory(source))
    for ending, kind in _INSIDE:
        if inside := next((name for name in names if name.lower().endswith(ending)), None):
            return replace(kind, why=kind.why.format(inside))
    return Foreign("a zip archive", "No weights were found in it.", _UNPACK)


_INSIDE: Final[tuple[tuple[str, Foreign], ...]] = (
    ("[content_types].xml", Foreign("an Office document", "It holds no weights.", _OTHER)),
    *(
        (
            ending,
            Foreign("a zip archive around other files", "The weights may be in {}.", _UNPACK, weights=True),
        )
        for ending in CHECKPOINT_ENDINGS
    ),
)


def _tar(head: bytes, source: Source) -> Foreign | None:
    if head[257:262] != b"ustar":
        return None
    names = ", ".join(list(members(source))[:3])
    return Foreign("a tar archive", f"It holds {names}." if names else "It is packed.", _UNPACK)


def _pointer(head: bytes, _source: Source) -> Foreign | None:
    if not head.startswith(_POINTER):
        return None
    size = _POINTER_SIZE.search(head)
    real = f"the real file has {whole(int(size[1]))} bytes" if size else "the real file is elsewhere"
    return Foreign(
        f"a Git LFS pointer, {real}",
        "Only the pointer was downloaded.",
        "Run `git lfs pull` in its folder, or use the site's download link.",
    )


def _page(head: bytes, _source: Source) -> Foreign | None:
    text = _plain(head)
    if not _PAGE.match(text):
        return None
    found = _TITLE.search(head)
    title = " ".join(found[1].decode("utf-8", "replace").split()) if found else ""
    return Foreign(
        f"a web page, not a weights file{f' (title: {title})' if title else ''}",
        "The site sent its page instead of the file.",
        _AGAIN,
    )


def _xml(head: bytes, _source: Source) -> Foreign | None:
    text = _plain(head)
    if not text.startswith(b"<") or not is_text(text):
        return None
    if b"<svg" in text:
        return _PICTURE
    return Foreign("a text in XML or HTML", "The site may have sent a page instead of the file.", _AGAIN)


def _json(head: bytes, _source: Source) -> Foreign | None:
    text = _plain(head).decode("utf-8", "replace")
    if not re.match(r'[{\[]\s*["{\[\]}]', text):
        return None
    if '"nbformat"' in text or '"cells"' in text:
        return Foreign("a notebook", "It holds programs and texts, no weights.", _OTHER)
    said = _ERROR.search(text)
    why = f"It says: {said[1]}." if said else "It holds texts, no weights."
    return Foreign("a JSON file", why, _AGAIN if said else _OTHER)


def _tensorflow(head: bytes, _source: Source) -> Foreign | None:
    if not _TABLE.match(head):
        return None
    return Foreign(
        "the beginning of a TensorFlow checkpoint",
        "It ends before its table of contents.",
        "Download or copy it again.",
        weights=True,
    )


def _text(head: bytes, _source: Source) -> Foreign | None:
    text = _plain(head)
    if not is_text(text):
        return None
    found = next((kind for pattern, kind in _TEXTS if pattern.search(text)), None)
    return found or Foreign("a text file", "It holds no weights.", _OTHER)


def is_text(data: bytes) -> bool:
    """Whether these first bytes read as text."""
    try:
        text = data[:1024].decode("utf-8", "ignore")
    except UnicodeDecodeError:
        return False
    return (
        bool(text)
        and len(text) >= 0.9 * len(data[:1024])
        and all(letter.isprintable() or letter.isspace() for letter in text)
    )


def _plain(head: bytes) -> bytes:
    """Without a byte-order mark and leading blanks; UTF-16 becomes UTF-8."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode("utf-8", "replace")
    return head.removeprefix(b"\xef\xbb\xbf").lstrip()


_LOOKS: Final[tuple[Callable[[bytes, Source], Foreign | None], ...]] = (
    _zip,
    _tar,
    _pointer,
    _page,
    _xml,
    _json,
    _tensorflow,
    _text,
)
