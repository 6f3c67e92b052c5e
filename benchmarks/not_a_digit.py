"""How many real digits the rule of ``mnist_core.handwriting.is_digit`` keeps, and how many other drawings it refuses.

    python benchmarks/not_a_digit.py PATH_TO_UNIPEN

For the letters it needs the package Hershey-Fonts, which is no development requirement because it installs a package
named ``tests``, too, behind which pytest no longer finds ours. In a folder of its own it does no harm:

    pip install --target hershey Hershey-Fonts
    PYTHONPATH=hershey python benchmarks/not_a_digit.py PATH_TO_UNIPEN

Everything is drawn on the canvas with a round brush, at a random size and place, and goes the whole way: to 28 × 28
pixels, through the network that reads, through the rule. Nothing here was learned from: the digits are the pen strokes
that ``benchmarks.pen_strokes`` describes, the pairs two of them side by side, the letters A. V. Hershey's, as engraved
for plotters in 1967, and the scribbles of forms that ``mnist_core.handwriting.not_digits`` does not have. Figures (a
heart, a house) are no scribbles, but people draw them, too. Rows are up to eight pen-stroke digits. Some pen strokes
and printed letters then become files, as thin, coarse, broken or faint as people send them, and pictures show things
that nobody wrote (``benchmarks.things``): these go through ``photo.ink_of``. Last come MNIST's validation images, on
which the thresholds were chosen, and drawings like those learned from, with other seeds.

MNIST is read from the folder named by MNIST_DATA_DIR, or from ``data`` in the project; nothing is downloaded.
"""

import argparse
import math
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that it runs from anywhere, uninstalled

from benchmarks import things
from benchmarks.machine import describe
from benchmarks.pen_strokes import CANVAS, PenDigit, Stroke, hand, ink, place, read_unipen, render
from mnist_core.data.generated import make_digits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.handwriting import not_digits
from mnist_core.handwriting.is_digit import Verdict, judge, load_is_digit
from mnist_core.handwriting.opening import SIDE, Grey, PhotoUnreadable
from mnist_core.handwriting.photo import ink_of
from mnist_core.handwriting.pictures import pictures
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import Drawing, drawing_to_mnist, prepare
from mnist_core.handwriting.worn import WAYS
from mnist_core.network.checkpoint import SHIPPED, load
from mnist_core.network.model import MLP

WIDTHS = (12, 18, 26)  # pixels of brush
HANDS = ("futural", "timesi", "scripts", "scriptc")  # of Hershey's: printed, slanted with serifs, two of joined writing
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LOOK_ALIKES = "OoIilZzSsbgq"  # digits to the eye, of which none was learned from
Drawn = Callable[[np.random.Generator], Sequence[Stroke]]


class Rule:
    """The rule beside the network that reads, and how long it took."""

    def __init__(self, reader: MLP) -> None:
        self.reader, self.network = reader, load_is_digit()
        self.seconds: list[float] = []

    def of_drawing(self, drawing: Drawing) -> Verdict:
        """The verdict on a drawing from the canvas."""
        prepared = prepare(drawing)
        return self.of_image(prepared.centred, prepared.extent)

    def of_image(self, image: torch.Tensor, extent: float | None = None) -> Verdict:
        """The verdict on a prepared image, torch.float32 [28, 28] in 0..1."""
        p = predict_proba(self.reader, image[None])[0]
        start = time.perf_counter()
        verdict = judge(self.network, image, p, extent)
        self.seconds.append(time.perf_counter() - start)
        return verdict

    def of_picture(self, picture: Grey) -> str:
        """The kind that a picture, float32 [H, W] in 0..1, is taken for; or that nothing is found on it."""
        enlarged = Image.fromarray(picture).resize((SIDE, SIDE), Image.Resampling.BILINEAR)
        try:
            return self.of_image(drawing_to_mnist(ink_of(np.asarray(enlarged)).drawing)).kind
        except PhotoUnreadable:
            return "nothing"


def main() -> None:
    """Reads the command line, measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strokes", type=Path, help="the pen strokes, as UNIPEN text")
    parser.add_argument("--reader", type=Path, default=SHIPPED, help="the network that reads (the shipped one)")
    parser.add_argument("--every", type=int, default=1, help="measure every so many pen digits only (1)")
    parser.add_argument("--others", type=int, default=500, help="others for each kind, with each width (500)")
    parser.add_argument("--seed", type=int, default=0, help="of sizes, places and forms (0)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    try:
        digits = read_unipen(options.strokes)
        rule = Rule(load(options.reader).model)
    except (OSError, ValueError) as reason:
        raise SystemExit(str(reason)) from None
    print(describe())
    print_kept(rule, digits, options.every, options.seed)
    print_refused(rule, digits, options.others, options.seed)
    print_rows(rule, digits, options.others // 3, options.seed)
    print_letters(rule, options.seed)
    print_files(rule, digits, options.others // 3, options.seed)  # a photo takes a hundred times as long as a drawing
    print_things(rule, options.others // 6, options.seed)
    print_validation(rule, options.seed)
    print(f"\nOne verdict takes {1_000 * statistics.median(rule.seconds):.2f} ms (median of {len(rule.seconds):,}).")


def print_kept(rule: Rule, digits: list[PenDigit], every: int, seed: int) -> None:
    """The share of pen strokes kept, by digit and by width, and what the others were taken for."""
    verdicts: dict[tuple[int, int], list[str]] = {}
    for width in WIDTHS:
        for i in range(0, len(digits), every):
            drawing = render(digits[i].strokes, width, hand(seed, i, width))
            verdicts.setdefault((digits[i].label, width), []).append(rule.of_drawing(drawing).kind)
    print(f"\nPen strokes kept, {len(range(0, len(digits), every)):,} for each width\n")
    print_row("digit", *(f"{width} px" for width in WIDTHS), "refused as")
    print_row(*["---"] * (len(WIDTHS) + 2))
    for label in range(10):
        of_label = [verdicts.get((label, width), []) for width in WIDTHS]
        print_row(label, *map(kept, of_label), reasons(joined(of_label)))
    of_width = [joined(verdicts.get((label, width), []) for label in range(10)) for width in WIDTHS]
    print_row("all", *map(kept, of_width), reasons(joined(of_width)))


def print_refused(rule: Rule, digits: list[PenDigit], count: int, seed: int) -> None:
    """The share of dots, scribbles, pairs and figures refused, by width, and what they were taken for."""
    print(f"\nRefused, {count} for each width\n")
    print_row("drawn", *(f"{width} px" for width in WIDTHS), "taken for")
    print_row(*["---"] * (len(WIDTHS) + 2))
    drawn: dict[str, Callable[[int, int, np.random.Generator], Drawing]] = {
        "dots": lambda i, width, random: ink(dot(width, random), width),
        "scribbles": lambda i, width, random: render(in_turn(SCRIBBLES, i)(random), width, random),
        "pairs": lambda i, width, random: render(pair(digits, random), width, random),
        "figures": lambda i, width, random: render(in_turn(FIGURES, i)(random), width, random),
    }
    by_form: dict[str, list[str]] = {}
    for name, draw in drawn.items():
        of_width = []
        for width in WIDTHS:
            random = np.random.default_rng((seed, width, *name.encode()))
            of_width.append([rule.of_drawing(draw(i, width, random)).kind for i in range(count)])
        print_row(name, *map(refused, of_width), reasons(joined(of_width), but=""))
        forms = {"scribbles": SCRIBBLES, "figures": FIGURES}.get(name, {})
        by_form |= {form: joined(kinds[i :: len(forms)] for kinds in of_width) for i, form in enumerate(forms)}
    print("\nRefused by form: " + ", ".join(f"{form} {refused(kinds)}" for form, kinds in by_form.items()))


def in_turn(forms: dict[str, Drawn], i: int) -> Drawn:
    """One form after the other, and again from the first."""
    return list(forms.values())[i % len(forms)]


def print_rows(rule: Rule, digits: list[PenDigit], count: int, seed: int) -> None:
    """The share of rows of digits that are refused, and that are called several digits, drawn with a thin brush."""
    print(f"\nRows of digits, {count} of each length, with brushes of 6 to 14 pixels\n")
    print_row("digits", "refused", "called several", "taken for")
    print_row(*["---"] * 4)
    for many in range(2, 9):
        random = np.random.default_rng((seed, many))
        drawn = (render(in_a_row(digits, random, many), int(random.integers(6, 15)), random) for _ in range(count))
        kinds = [rule.of_drawing(drawing).kind for drawing in drawn]
        print_row(many, refused(kinds), f"{kinds.count('several digits') / count:.1%}", reasons(kinds, but=""))


def print_files(rule: Rule, digits: list[PenDigit], count: int, seed: int) -> None:
    """The share of pen strokes kept, and of printed letters refused, when they come as pictures."""
    try:
        printed = printed_letters()
    except ImportError:
        printed = []
    print(f"\nAs pictures, {count} digits and {count if printed else 'no'} printed letters each\n")
    print_row("picture", "digits kept", "refused as", "letters refused", "taken for")
    print_row(*["---"] * 5)
    for name, picture in PICTURES.items():
        random = np.random.default_rng((seed, *name.encode()))
        chosen = [digits[i].strokes for i in random.integers(len(digits), size=count)]
        kinds = [rule.of_picture(picture(strokes, random)) for strokes in chosen]
        letters = [rule.of_picture(picture(printed[i % len(printed)], random)) for i in range(count if printed else 0)]
        found = [kind for kind in kinds if kind != "nothing"]
        print_row(name, kept(found), reasons(kinds), refused(letters), reasons(letters, but=""))


def printed_letters() -> list[list[Stroke]]:
    """Hershey's printed letters, without those that are digits to the eye; ImportError without the package."""
    from HersheyFonts import HersheyFonts

    found = []
    for letter in sorted(set(ALPHABET) - set(LOOK_ALIKES)):
        for name in HANDS[:2]:
            font = HersheyFonts()
            font.load_default_font(name)
            found.append([drawn_out(np.array(stroke, float)) for stroke in font.strokes_for_text(letter)])
    return found


def print_things(rule: Rule, count: int, seed: int) -> None:
    """The share of pictures of things that are refused, by what they show."""
    print(f"\nPictures of things, {count} of each\n")
    print_row("thing", "refused", "taken for")
    print_row("---", "---", "---")
    kinds = {}
    for name in things.OUTLINES:
        random = np.random.default_rng((seed, *name.encode()))
        kinds[name] = [rule.of_picture(things.thing(name, random)) for _ in range(count)]
        print_row(name, refused(kinds[name]), reasons(kinds[name], but=""))
    for title, names in (("learned, otherwise drawn", set(kinds) - set(things.UNKNOWN)), ("unknown", things.UNKNOWN)):
        all_of_them = joined(kinds[name] for name in names)
        print_row(title, refused(all_of_them), reasons(all_of_them, but=""))


def print_letters(rule: Rule, seed: int) -> None:
    """The share of letters refused, by hand and width and by letter; those that look like digits apart."""
    try:
        verdicts = letter_verdicts(rule, seed)
    except ImportError:
        print("\nNo letters: Hershey-Fonts is not installed; see --help")
        return
    print(f"\nLetters refused ({len(verdicts):,} drawn), without the look-alikes {' '.join(LOOK_ALIKES)}\n")
    print_row("hand", *(f"{width} px" for width in WIDTHS), "taken for", "look-alikes")
    print_row(*["---"] * (len(WIDTHS) + 3))
    for of_hand in (*((one,) for one in HANDS), HANDS):
        mine = {key: kinds for key, kinds in verdicts.items() if key[0] in of_hand}
        plain = {key: kinds for key, kinds in mine.items() if key[1] not in LOOK_ALIKES}
        of_width = [gathered(plain, width=width) for width in WIDTHS]
        similar = joined(kinds for key, kinds in mine.items() if key[1] in LOOK_ALIKES)
        name = of_hand[0] if len(of_hand) == 1 else "all"
        print_row(name, *map(refused, of_width), reasons(joined(of_width), but=""), refused(similar))
    shares = {letter: joined(kinds for key, kinds in verdicts.items() if key[1] == letter) for letter in ALPHABET}
    for title, names in (("letter", set(ALPHABET) - set(LOOK_ALIKES)), ("look-alike", set(LOOK_ALIKES))):
        ordered = sorted(names, key=lambda letter: (shares[letter].count("digit"), letter), reverse=True)
        print(f"\nRefused by {title}: " + ", ".join(f"{letter} {refused(shares[letter])}" for letter in ordered))


def letter_verdicts(rule: Rule, seed: int) -> dict[tuple[str, str, int], list[str]]:
    """The verdicts on three drawings of each letter, by hand, letter and width."""
    from HersheyFonts import HersheyFonts  # only this measurement needs it

    verdicts: dict[tuple[str, str, int], list[str]] = {}
    for name in HANDS:
        font = HersheyFonts()
        font.load_default_font(name)
        for letter in ALPHABET:
            strokes = [drawn_out(np.array(stroke, float)) for stroke in font.strokes_for_text(letter)]
            for width in WIDTHS:
                random = np.random.default_rng((seed, width, *name.encode(), ord(letter)))
                drawings = (render(strokes, width, random) for _ in range(3))
                verdicts[name, letter, width] = [rule.of_drawing(drawing).kind for drawing in drawings]
    return verdicts


def print_validation(rule: Rule, seed: int) -> None:
    """What is kept and refused of images like those learned from: others, but not of another kind."""
    generator = torch.Generator().manual_seed(1_000_003 + seed)  # a seed that no training uses
    worn_digits, worn_letters = not_digits.single_digits(3_000, generator)[0], not_digits.letters(3_000, generator)[0]
    images = {
        "generated digits": make_digits(3_000, 1_000_003 + seed).images,
        "with every brush": not_digits.single_digits(3_000, generator)[0],
        "dots": not_digits.dots(1_000, generator),
        "scribbles": not_digits.scribbles(3_000, generator),
        "letters": not_digits.letters(3_000, generator)[0],
        "several digits": not_digits.several_digits(3_000, generator),
        "pictures": pictures(1_500, generator),
        "worn digits": worn_all(worn_digits, generator),
        "worn letters": worn_all(worn_letters, generator),
    }
    try:
        images = {"MNIST's validation": load_mnist(default_root(), download=False).validation.images} | images
    except DatasetUnavailable as reason:
        print(f"\nWithout MNIST: {reason}")
    print("\nImages like those learned from\n")
    print_row("images", "number", "kept", "refused", "taken for")
    print_row(*["---"] * 5)
    for name, of_kind in images.items():
        kinds = [rule.of_image(image / 255).kind for image in of_kind]
        print_row(name, f"{len(kinds):,}", kept(kinds), refused(kinds), reasons(kinds, but=""))


def worn_all(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Each of the images worn in one of the ways of ``worn.WAYS``: torch.uint8 [n, 28, 28]."""
    parts = [way(part / 255, generator) for way, part in zip(WAYS.values(), images.chunk(len(WAYS)), strict=True)]
    ink = torch.cat(parts)
    return (255 * ink / ink.amax((1, 2), keepdim=True).clamp_min(0.1)).round().to(torch.uint8)


def gathered(verdicts: dict[tuple[str, str, int], list[str]], width: int) -> list[str]:
    """All verdicts on drawings with a brush."""
    return joined(kinds for key, kinds in verdicts.items() if key[2] == width)


def joined(lists: Iterable[list[str]]) -> list[str]:
    """One list of many."""
    return list(chain.from_iterable(lists))


def kept(kinds: list[str]) -> str:
    """The share called a digit."""
    return f"{kinds.count('digit') / len(kinds):.1%}" if kinds else "none"


def refused(kinds: list[str]) -> str:
    """The share called anything else."""
    return f"{1 - kinds.count('digit') / len(kinds):.1%}" if kinds else "none"


def reasons(kinds: Iterable[str], but: str = "digit") -> str:
    """How often each verdict was given, the most frequent first, without one of them."""
    counts = Counter(kind for kind in kinds if kind != but)
    return ", ".join(f"{kind} {count}" for kind, count in counts.most_common())


def print_row(*cells: object) -> None:
    """A row of a Markdown table."""
    print("| " + " | ".join(map(str, cells)) + " |")


def dot(width: int, random: np.random.Generator) -> list[Stroke]:
    """A tap anywhere on the canvas, in which the hand moves by up to the brush's width: pixels of the canvas."""
    path = random.uniform(-0.5, 0.5, (4, 2)) * width * random.uniform(0, 1)
    return [random.uniform(width, CANVAS - width, 2) + path]


def pair(digits: list[PenDigit], random: np.random.Generator) -> list[Stroke]:
    """Two digits side by side."""
    return in_a_row(digits, random, 2)


def in_a_row(digits: list[PenDigit], random: np.random.Generator, many: int) -> list[Stroke]:
    """Digits by random writers, of about one height, side by side."""
    row, right = [], 0.0
    for i in random.integers(len(digits), size=many):
        points = np.concatenate(digits[i].strokes)
        low, high = points.min(0), points.max(0)
        scale = random.uniform(0.8, 1.25) / max(high[1] - low[1], 1e-9)
        place = np.array([right, random.uniform(-0.2, 0.2)])
        row += [place + scale * (stroke - low) for stroke in digits[i].strokes]
        right += scale * (high[0] - low[0]) + random.uniform(0.1, 0.5)
    return row


def drawn_out(stroke: Stroke) -> Stroke:
    """The same stroke with many points: few would be rounded off, as the canvas curves from point to point."""
    mileage = np.concatenate(([0.0], np.hypot(*np.diff(stroke, axis=0).T).cumsum()))
    at = np.linspace(0, mileage[-1], 2 + int(2 * mileage[-1]))
    return np.stack([np.interp(at, mileage, axis) for axis in stroke.T], axis=1)


def _squared(strokes: Sequence[Stroke], width: int, random: np.random.Generator) -> Grey:
    """Strokes with a round brush, large on a canvas, and of that a square with little margin: 0 paper, 1 ink."""
    drawing = render(strokes, width, random)
    rows, columns = np.nonzero(drawing.max(1))[0], np.nonzero(drawing.max(0))[0]
    height, width = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    side = round(1.2 * max(height, width))
    square = np.zeros((side, side), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = drawing[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.asarray(square, np.float32) / np.float32(255)


def _small(ink: Grey, side: int) -> Grey:
    return np.asarray(Image.fromarray(ink).resize((side, side), Image.Resampling.BOX), np.float32)


def _one_pixel(strokes: Sequence[Stroke], random: np.random.Generator) -> Grey:
    """Lines one pixel wide, black and white, in a file of 28 pixels."""
    points = np.concatenate(strokes)
    scale = random.uniform(15, 23) / np.ptp(points, axis=0).max()
    middle = (points.max(0) + points.min(0)) / 2
    image = Image.new("L", (28, 28))
    for stroke in strokes:
        places = [tuple(place) for place in (14 + scale * (stroke - middle)).round().tolist()]
        ImageDraw.Draw(image).line(places * (2 if len(places) == 1 else 1), fill=255)
    return np.asarray(image, np.float32) / np.float32(255)


def _gaps(strokes: Sequence[Stroke], random: np.random.Generator) -> Grey:
    """With three to five gaps in the strokes, as wide as they are."""
    width = int(random.integers(10, 20))
    paths = place(strokes, width, random)
    image = Image.fromarray(ink(paths, width))
    points = np.concatenate([drawn_out(path) for path in paths])
    for x, y in points[random.integers(len(points), size=int(random.integers(3, 6)))]:
        radius = width * random.uniform(0.5, 0.8)
        ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return np.asarray(image, np.float32) / np.float32(255)


def _on_paper(ink: Grey, darkness: float, random: np.random.Generator) -> Grey:
    """Ink on paper that is lit from one side, taken by a camera that adds noise."""
    light = random.uniform(0.7, 0.95) * (1 - random.uniform(0, 0.3) * np.linspace(0, 1, ink.shape[1]))
    noise = random.normal(0, 0.015, ink.shape)
    return np.asarray((light * (1 - darkness * ink) + noise).clip(0, 1), np.float32)


PICTURES: dict[str, Callable[[Sequence[Stroke], np.random.Generator], Grey]] = {
    "lines of one pixel": _one_pixel,
    "8 x 8 pixels": lambda strokes, random: _small(_squared(strokes, 18, random), 8),
    "16 x 16 pixels": lambda strokes, random: _small(_squared(strokes, 14, random), 16),
    "black and white": lambda strokes, random: (
        _small(_squared(strokes, 10, random), 28) > random.uniform(0.4, 0.7)
    ).astype(np.float32),
    "gaps": _gaps,
    "faint pencil": lambda strokes, random: _on_paper(_squared(strokes, 5, random), random.uniform(0.2, 0.4), random),
    "ballpoint": lambda strokes, random: _on_paper(_squared(strokes, 5, random), 0.8, random),
    "felt pen": lambda strokes, random: _on_paper(_squared(strokes, int(random.integers(30, 46)), random), 0.8, random),
}


# What people draw to try the program out. Each is of another form than those of ``not_digits``.
def _angles(turns: float = 1.0, points: int = 120) -> Stroke:
    return np.linspace(0, 2 * math.pi * turns, points)


def _heart(random: np.random.Generator) -> list[Stroke]:
    t = _angles()
    return [np.stack((16 * np.sin(t) ** 3, -13 * np.cos(t) + 5 * np.cos(2 * t) + 2 * np.cos(3 * t)), 1)]


def _face(random: np.random.Generator) -> list[Stroke]:
    t = _angles()
    circle = np.stack((np.cos(t), np.sin(t)), 1)
    mouth = 0.55 * circle[10:50]
    eyes = [0.06 * circle + (x, random.uniform(-0.4, -0.2)) for x in (-0.35, 0.35)]
    return [circle * (random.uniform(0.8, 1.1), 1), mouth, *eyes]


def _house(random: np.random.Generator) -> list[Stroke]:
    roof = random.uniform(0.3, 0.8)
    outline = [(0, 0), (0, 1), (1, 1), (1, 0), (0, 0), (0.5, -roof), (1, 0)]
    return [
        drawn_out(20 * np.array(outline, float)),
        drawn_out(20 * np.array([(0.4, 1), (0.4, 0.5), (0.6, 0.5), (0.6, 1)])),
    ]


def _arrow(random: np.random.Generator) -> list[Stroke]:
    angle, head = random.uniform(0, 2 * math.pi), random.uniform(0.25, 0.45)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    lines = [np.array([(0.0, 0.0), (1.0, 0.0)]), np.array([(1 - head, -head), (1.0, 0.0), (1 - head, head)])]
    return [drawn_out(20 * line @ turn) for line in lines]


def _flower(random: np.random.Generator) -> list[Stroke]:
    t, petals = _angles(points=240), int(random.integers(4, 8))
    r = 1 + random.uniform(0.4, 0.9) * np.cos(petals * t)
    return [np.stack((r * np.cos(t), r * np.sin(t)), 1)]


def _crosshatch(random: np.random.Generator) -> list[Stroke]:
    lines = []
    for i in range(int(random.integers(3, 6))):
        shift, wobble = 0.3 * i, random.uniform(-0.1, 0.1, 4)
        lines.append(np.array([(shift, 0), (shift + 1, 1)]) + wobble[:2])
        lines.append(np.array([(shift + 1, 0), (shift, 1)]) + wobble[2:])
    return lines


def _scrawl(random: np.random.Generator) -> list[Stroke]:
    """A random walk whose steps are about equally long, rounded off by the canvas."""
    return [random.normal(size=(int(random.integers(20, 60)), 2)).cumsum(0)]


def _to_and_fro(random: np.random.Generator) -> list[Stroke]:
    """As one rubs something out: to and fro in one direction, drifting."""
    t = np.linspace(0, random.uniform(3, 8), 200)
    across = np.sin(2 * math.pi * t) * random.uniform(0.7, 1.3, 200).cumsum() / np.arange(1, 201)
    return [np.stack((across + 0.3 * random.normal(size=200).cumsum() / 20, random.uniform(0.1, 0.3) * t), 1)]


def _knot(random: np.random.Generator) -> list[Stroke]:
    """A curve of Lissajous."""
    a, b = ((2, 3), (3, 4), (3, 5), (4, 5))[int(random.integers(4))]
    t = _angles(points=300)
    return [np.stack((np.sin(a * t + random.uniform(0.3, 1.2)), np.sin(b * t)), 1)]


def _cloud(random: np.random.Generator) -> list[Stroke]:
    t, bumps = _angles(points=240), int(random.integers(5, 9))
    r = 1 + 0.25 * np.abs(np.sin(bumps * t / 2))
    return [np.stack((1.5 * r * np.cos(t), r * np.sin(t)), 1)]


def _tree(random: np.random.Generator) -> list[Stroke]:
    trunk = np.array([(0.0, 0.0), (0.0, 1.0)])
    heights = random.uniform(0.1, 0.7, int(random.integers(3, 6)))
    branches = [np.array([(0.0, h), (side * random.uniform(0.2, 0.5), h - 0.3)]) for h in heights for side in (-1, 1)]
    return [trunk, *branches]


def _blackened(random: np.random.Generator) -> list[Stroke]:
    """An area filled by strokes in all directions."""
    return [random.uniform(0, 1, (int(random.integers(25, 60)), 2)) * (random.uniform(0.5, 1), 1)]


def _circling(random: np.random.Generator) -> list[Stroke]:
    """Round and round, and far from the line of the last time: else it would be a 0."""
    t = _angles(turns=random.uniform(3, 6), points=240)
    r = 1 + 0.45 * np.interp(t, np.linspace(0, t[-1], 16), random.normal(size=16))
    return [np.stack((random.uniform(0.6, 1) * r * np.cos(t), r * np.sin(t)), 1)]


def _signature(random: np.random.Generator) -> list[Stroke]:
    """A line that runs up and down while it goes to the right, and one below it."""
    t = np.linspace(0, 1, 200)
    height = np.interp(t, np.linspace(0, 1, 8), random.uniform(0.1, 1, 8))
    waves = height * np.sin(2 * math.pi * random.uniform(5, 9) * t)
    across = random.uniform(2, 4) * t + 0.15 * np.cos(2 * math.pi * 6 * t)
    return [np.stack((across, waves), 1), np.array([(0.2, 1.2), (across[-1], random.uniform(1.0, 1.3))])]


SCRIBBLES: dict[str, Drawn] = {
    "scrawl": _scrawl,
    "to and fro": _to_and_fro,
    "cross-hatching": _crosshatch,
    "knot": _knot,
    "circling": _circling,
    "signature": _signature,
    "blackened": _blackened,
}
FIGURES: dict[str, Drawn] = {
    "heart": _heart,
    "face": _face,
    "house": _house,
    "arrow": _arrow,
    "flower": _flower,
    "cloud": _cloud,
    "tree": _tree,
}


if __name__ == "__main__":
    main()
