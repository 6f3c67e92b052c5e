"""What a visitor last gave the network to read. It outlives the page it was drawn on, and a reload."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from mnist_core.handwriting.photo import Correction

MOST_STROKES = 200  # that are sent back to a canvas; who has drawn more is not drawing a digit
MOST_CORRECTIONS = 20  # of a photo that an undo takes back, 160 kB each


@dataclass
class Taken:
    """A photo, and what the reader has put right in how it is read.

    Attributes:
        grey: uint8 [H, W]: the photo in grey.
        found: uint8 [H, W], bright ink on dark: what the program found on it by itself.
        corrections: One for each press, the last one holds, with what was found by it.
    """

    grey: npt.NDArray[np.uint8]
    found: npt.NDArray[np.uint8]
    corrections: list[tuple[Correction, npt.NDArray[np.uint8]]] = field(default_factory=list)

    @property
    def drawing(self) -> npt.NDArray[np.uint8]:
        """What is read: uint8 [H, W], bright ink on dark."""
        return self.corrections[-1][1] if self.corrections else self.found

    @property
    def correction(self) -> Correction | None:
        """What the reader has put right; None: nothing."""
        return self.corrections[-1][0] if self.corrections else None

    def correct(self, correction: Correction, drawing: npt.NDArray[np.uint8]) -> None:
        """Reads it another way, until an undo."""
        self.corrections = [*self.corrections, (correction, drawing)][-MOST_CORRECTIONS:]

    def undo(self) -> None:
        """Takes the last correction back."""
        self.corrections = self.corrections[:-1]


@dataclass
class Pad:
    """The canvas as the browser last sent it, or what is read in its place.

    Attributes:
        strokes: On the canvas, the first one first, as the canvas describes them.
        pictures: The canvas as PNG, by how many strokes were on it.
        start: The strokes that the canvas was last told to begin with.
        tellings: How often it was told; another number makes it begin anew, and say what it then looks like.
        version: Of the canvas; another one is another canvas, and what the one before still sends is no longer heard.
        seen: What this canvas sent last, as it was sent.
        received: How often something new was sent, by this canvas or one before.
        sample: The sample digit that is read in place of the strokes, if one is.
        taken: The photo that is read in place of the strokes, if one is.
        aside: The strokes that such a sample or photo took the place of, with their pictures, for an undo.
    """

    strokes: list[dict[str, Any]] = field(default_factory=list)
    pictures: dict[int, bytes] = field(default_factory=dict)
    start: list[dict[str, Any]] = field(default_factory=list)
    tellings: int = 0
    version: int = 0
    seen: object = None
    received: int = 0
    sample: int | None = None
    taken: Taken | None = None
    aside: tuple[list[dict[str, Any]], dict[int, bytes]] | None = None

    def receive(self, strokes: list[dict[str, Any]], picture: bytes) -> bool:
        """Takes what the browser sent, unless it is what it sent before; says whether it is new."""
        if picture == self.seen:
            return False
        self.seen = picture
        self.received += 1
        self.strokes = strokes[:MOST_STROKES]
        self.pictures = {count: older for count, older in self.pictures.items() if count < len(self.strokes)}
        self.pictures[len(self.strokes)] = picture
        if strokes:
            self.sample = self.taken = self.aside = None
        return True

    @property
    def picture(self) -> bytes | None:
        """The canvas as it is now, as PNG; None while it is empty."""
        return self.pictures.get(len(self.strokes)) if self.strokes else None

    @property
    def photo(self) -> npt.NDArray[np.uint8] | None:
        """What is read of a photo, uint8 [H, W] with bright ink on dark; None while none is read."""
        return None if self.taken is None else self.taken.drawing

    @property
    def can_undo(self) -> bool:
        """Whether there is a stroke to take away, or something to take away that is read in place of strokes."""
        return any(it is not None for it in (self.picture, self.sample, self.photo, self.aside))

    def undo(self) -> None:
        """Takes away the last stroke, or the last correction of a photo, or what is read in place of strokes."""
        if self.taken is not None and self.taken.corrections:
            self.taken.undo()
            return
        if self.strokes:
            self._begin_with(self.strokes[:-1])
            return
        strokes, pictures = self.aside or ([], {})
        self.clear()
        self.pictures = pictures
        self._begin_with(strokes)

    def clear(self) -> None:
        """Takes everything away, also what is read in place of strokes, and what an undo would bring back."""
        self.sample = self.taken = self.aside = None
        self._begin_with([])

    def set_aside(self) -> None:
        """Empties the canvas, because something else is to be read; an undo brings the strokes back."""
        aside = (self.strokes, self.pictures) if self.strokes else self.aside
        self.clear()
        self.aside = aside

    def read_sample(self, index: int) -> None:
        """Reads a sample digit in place of what is drawn."""
        self.set_aside()
        self.sample = index

    def read_photo(self, taken: Taken) -> None:
        """Reads a photo in place of what is drawn."""
        self.set_aside()
        self.taken = taken

    def put_photo_away(self) -> None:
        """Takes the photo away with all its corrections; what it took the place of is back."""
        if self.taken is not None:
            self.taken.corrections = []
            self.undo()

    def move(self) -> None:
        """Another page, or a page that was loaded again, has a canvas of its own; it begins with what is drawn."""
        self.start = list(self.strokes)
        self._take_another_canvas()

    def _begin_with(self, strokes: list[dict[str, Any]]) -> None:
        self.strokes = self.start = strokes
        if strokes and self.picture is None:  # several strokes came at once
            self.tellings += 1
        else:
            self._take_another_canvas()

    def _take_another_canvas(self) -> None:
        self.version += 1
        self.seen = None
