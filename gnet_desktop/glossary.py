"""Our words, explained for who meets them for the first time: one source for window and documents.

Headers, columns, tips, the help and the teaching view take their explanations from
`TERMS`; ``docs/glossary.md`` is `markdown()`: ``python -m gnet_desktop.glossary`` prints it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Term:
    """A word; ``means`` explains it in a sentence or two, ``others`` is what else it is called."""

    word: str
    means: str
    others: str = ""


@dataclass(frozen=True, slots=True)
class Idea:
    """One of the ten ideas behind the window: the words that carry it, and where to see it."""

    title: str
    words: tuple[str, ...]
    see: str


_TERMS: Final = (
    Term(
        "active cells",
        "The share of a unit's cells that are not 0 on this picture: how much of the picture it speaks of.",
        "density",
    ),
    Term("answer", "What a head says of a picture: classes with probabilities.", "prediction, output"),
    Term(
        "auxiliary head",
        "A small classifier in the middle of the network: aux1 reads module 4a, aux2 reads 4d. In training"
        " it brings the error to the early modules; afterwards it shows how much is already decided there.",
        "side classifier",
    ),
    Term(
        "branch",
        "One of a module's four paths, named 1x1, 3x3, 5x5 and pool_proj. Each reads the same input"
        " through another window; their maps are stacked for the next module.",
        "tower",
    ),
    Term(
        "calibration",
        "Whether answers are as sure as they are right: of those at 80 % sure, four of five should be right."
        " A temperature that divides a head's logits mends it without changing the order of its answers.",
        "temperature scaling",
    ),
    Term("card", "What a checkpoint is, in facts.", "model info"),
    Term(
        "cell",
        "One position of a map. It stands for a window of the picture, as large as its receptive field.",
        "spatial location, pixel of a feature map",
    ),
    Term(
        "change",
        "A part of the network switched off, averaged, scaled or replaced during a pass.",
        "intervention, ablation, patching",
    ),
    Term(
        "channels",
        "How many units a layer or branch has, and so how many maps it gives.",
        "width, filters, depth",
    ),
    Term(
        "checkpoint",
        "A file with a network's learned numbers. It does not hold the network's plan; the program"
        " recognises which network they belong to.",
        "weights, model file",
    ),
    Term(
        "contribution",
        "What a unit adds to one class's value on this picture: its values times how strongly the class"
        " reacts to them. Negative ones speak against the class.",
        "attribution, gradient × activation",
    ),
    Term(
        "convention",
        "How a picture becomes numbers: resize, crop, colour order, range, mean and deviation, profile."
        " With another convention than in training the answers are wrong and nothing says so.",
        "preprocessing, transforms",
    ),
    Term("dialect", "How a program calls its tensors.", "naming scheme"),
    Term(
        "difference",
        "What lies between this run and the reference: cell by cell this less that. On the map: the length of"
        " the difference over the sum of both lengths, 0 for the same, 100 % for nothing in common.",
        "reference, compare",
    ),
    Term(
        "effect when off",
        "What the logit of the class loses or gains when that branch alone is 0. Single effects don't add up:"
        " what one branch tells, another may tell as well.",
        "ablation",
    ),
    Term(
        "energy",
        "The sum of squares of a branch's values after the rectifier, as a share of the whole module:"
        " how loud this branch is on this picture.",
    ),
    Term(
        "expanded weights",
        "Kernels without rectifiers: the weights of a branch's layers multiplied through, as if every"
        " rectifier stood open. They say what a unit could gather from each map below, not what it did.",
        "effective kernel",
    ),
    Term("family", "A definition of the network: what a file cannot tell.", "architecture variant"),
    Term(
        "formula",
        "The arithmetic of one cell in its own numbers: the window that it reads times the kernel, summed"
        " over all channels, plus the bias, through the rectifier. Of a pool: which cell won.",
    ),
    Term(
        "fully connected",
        "A layer in which every value reads every value before it; places play no part any more.",
        "dense, linear layer",
    ),
    Term(
        "head",
        "A classifier that reads the network at one depth: the main one at the end, after 5b, and up to two"
        " auxiliary ones, aux1 after 4a and aux2 after 4d.",
        "classifier",
    ),
    Term(
        "kernel",
        "The small window of weights that slides over the maps below: 1×1, 3×3 or 5×5 cells.",
        "filter, convolution matrix",
    ),
    Term("lane", "The maps of one branch on the screen."),
    Term(
        "linear value",
        "A unit's value before its rectifier, which may be negative.",
        "pre-activation",
    ),
    Term(
        "local response norm",
        "Damps a value where its neighbours in the other maps are large, so that the loudest stand out.",
        "LRN",
    ),
    Term(
        "logit",
        "A class's value before all of them are turned into probabilities. Only differences count: one"
        " more makes a class 2.7 times as likely against every other.",
        "score",
    ),
    Term(
        "map",
        "The values of one unit over all cells: bright where the picture has what the unit looks for.",
        "feature map, activation map",
    ),
    Term(
        "maximum",
        "A map's largest value; where it lies is the unit's peak.",
        "peak activation",
    ),
    Term("mean", "The average of a map's values over all its cells."),
    Term(
        "module",
        "One of the nine inception blocks, 3a to 5b: four branches side by side.",
        "layer (which we keep for a single operation)",
    ),
    Term(
        "multiply-adds",
        "Multiplications, each with an addition, that one picture costs: the usual measure of work.",
        "MACs, FLOPs / 2",
    ),
    Term(
        "non-zero",
        "The share of values that are not 0 on this picture. The rectifier makes silence exactly 0.",
        "sparsity is its complement",
    ),
    Term(
        "parameters", "The numbers that were learned in training and are kept in the checkpoint.", "weights"
    ),
    Term("pass", "One way of a picture through the network.", "forward, inference"),
    Term(
        "peak",
        "A map's largest value, and its cell. In a difference: the largest change, up or down.",
        "maximum",
    ),
    Term(
        "pool",
        "Keeps the largest (or the average) of each small window. With a stride of 2 maps shrink to half;"
        " in a module's fourth branch they keep their size.",
        "pooling, subsampling",
    ),
    Term(
        "probability",
        "How sure a head is of a class, in percent; all classes of a head together make 100. Sure is not"
        " the same as right.",
        "softmax score, confidence",
    ),
    Term(
        "rank",
        "This unit's place among those of its layer by their maximum on this picture: 1 is the strongest.",
    ),
    Term(
        "receptive field",
        "What of the picture a cell can see: a square of input pixels, larger with every layer.",
    ),
    Term("record", "Every activation of one pass, and the answers.", "cache, activations"),
    Term(
        "rectifier",
        "Makes every negative value 0, so that a unit either speaks up or is silent.",
        "ReLU, activation function",
    ),
    Term(
        "reduction",
        "The 1×1 convolution before a 3×3 or 5×5 one. It mixes many channels into few, so that the costly"
        " kernel has less to read.",
        "bottleneck",
    ),
    Term("reference", "The run that another is compared with.", "baseline"),
    Term("run", "One pass, named by checkpoint, convention, picture and changes."),
    Term(
        "scale",
        "Which values share dark and bright: those of one map, of one branch, or of the whole module. Only"
        " maps on one scale can be compared by eye.",
        "normalisation",
    ),
    Term("sees", "The side of a cell's receptive field, in pixels of the input."),
    Term(
        "similarity",
        "How alike two maps are: 1 when they are bright at the same places in the same proportion.",
        "cosine similarity",
    ),
    Term(
        "step back",
        "What one cell's value was added up from, before its rectifier: each unit of the module before with"
        " its sign, all others together, and the bias. A click goes on from that unit's cell, until the"
        " picture; Back returns.",
        "path, decomposition",
    ),
    Term("stride", "How many pixels of the input lie from one cell to the next.", "jump"),
    Term(
        "strongest inputs",
        "What made the value at this cell, on this picture: the shares of the maps below that came through"
        " open rectifiers. They are exact and add up.",
        "decomposition",
    ),
    Term(
        "strongest pictures",
        "On which of the open pictures the unit's maximum is largest: a first guess at what it looks for.",
        "top activating images",
    ),
    Term("tray", "Keeps units in sight while pictures and modules change."),
    Term(
        "unit",
        "One channel of one layer, which looks for one pattern everywhere in the picture: 4a/5x5:11 is the"
        " 11th, from 0, of 4a's 5×5 branch.",
        "neuron, filter, channel",
    ),
    Term("values", "How often each value occurs in the map; the heights are logarithms.", "histogram"),
)

TERMS: Final[Mapping[str, Term]] = MappingProxyType({term.word: term for term in _TERMS})

IDEAS: Final = (
    Idea(
        "A picture becomes numbers",
        ("checkpoint", "convention"),
        "The frame in the photo is what the network sees. Ctrl+T compares two conventions.",
    ),
    Idea(
        "A unit looks for one pattern everywhere",
        ("unit", "map", "cell"),
        "Point at a tile: its map lies over the photo. A click keeps it.",
    ),
    Idea(
        "Silence is zero",
        ("rectifier", "non-zero"),
        "Tiles with a dashed frame are zero on this picture.",
    ),
    Idea(
        "A kernel sees little, a deep cell sees much",
        ("kernel", "receptive field", "stride"),
        "The blue box in the photo is what the cell at the peak sees; 1 to 9 go through the modules.",
    ),
    Idea(
        "A module asks four questions at once",
        ("module", "branch"),
        "The four lanes are the four branches; Q, W, E and R go to them.",
    ),
    Idea(
        "Reductions make it affordable",
        ("reduction", "multiply-adds", "parameters"),
        "T shows what every reduction saves.",
    ),
    Idea(
        "Pools keep what is strongest and forget where",
        ("pool",),
        "From 3b to 4a, and from 4e to 5a, maps have half as many cells a side.",
    ),
    Idea(
        "Heads answer at three depths",
        ("head", "auxiliary head", "answer"),
        "Answers shows them side by side; H shows how each comes to its own.",
    ),
    Idea(
        "Values become probabilities",
        ("logit", "probability"),
        "Answers can show either.",
    ),
    Idea(
        "Why this answer",
        ("contribution", "strongest inputs", "energy"),
        "Click a class: the maps stand in the order of what they add to it.",
    ),
)


def markdown() -> str:
    """The glossary as a document."""
    rows = [f"| {term.word} | {term.means} | {term.others or '–'} |" for term in _TERMS]
    head = (
        "# Glossary",
        "",
        "Our words, and the field's.",
        "",
        "| word | means | others say |",
        "|---|---|---|",
    )
    return "\n".join([*head, *rows, ""])


if __name__ == "__main__":
    print(markdown(), end="")
