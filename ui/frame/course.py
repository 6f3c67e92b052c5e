"""Which lessons there are, in order: the table that the menu, the first page, the footers and the README are made from.

``python -m ui.frame.course`` writes the README's list anew.
"""

from dataclasses import dataclass

from ui import APP

TITLE = "Understand a classifier"
README = APP / "README.md"
HEAD = "| page | what moves on it |\n| --- | --- |\n"  # of the list in the README


@dataclass(frozen=True)
class Lesson:
    """A page.

    Attributes:
        stem: The name of its file in ``lessons``; the names of all other files that belong to it are this or begin so.
        title: In the menu and above the page.
        question: That the page answers.
        moves: What a reader can move on it, in a line of Markdown.
    """

    stem: str
    title: str
    question: str
    moves: str


@dataclass(frozen=True)
class Section:
    """Lessons that belong together.

    Attributes:
        title: In the menu.
        about: What they are about, in a line.
        lessons: In order.
    """

    title: str
    about: str
    lessons: tuple[Lesson, ...]


WELCOME = Lesson(
    "welcome",
    "Draw",
    "Draw a digit. What does it read?",
    "a pad to draw on, ten bars that answer, and what the network sees",
)
SECTIONS = (
    Section(
        "It reads you",
        "Draw, and it answers. See what it sees of your stroke, and try to beat it.",
        (
            Lesson(
                "pixels",
                "From stroke to pixel",
                "How does a drawing become the 784 numbers that a network reads?",
                "the drawing at each stage of its way to 784 numbers; each stage can be left out, and what "
                "that costs on 1,000 drawings",
            ),
            Lesson(
                "duel",
                "You against the network",
                "Who reads the twenty hardest digits better?",
                "twenty digits that networks misread most, yours and its answers side by side, both scores",
            ),
            Lesson(
                "draw",
                "Photos, letters, scribbles",
                "What else can you give it to read?",
                "mouse, touch or a photo, read by the shipped network or by your own while the pen moves; it says when "
                "it is not sure, and why; a drawing played back stroke by stroke",
            ),
        ),
    ),
    Section(
        "It learns",
        "A network that knows nothing, watched while it learns; then what it still gets wrong.",
        (
            Lesson(
                "train",
                "Train a network",
                "How does a network that knows nothing learn to read?",
                "train, pause, one batch, one epoch, slow motion, stop; the learning rate while it runs, and "
                "what a schedule does; weights becoming shapes, to watch again; recipes; weights and the whole "
                "experiment as a PyTorch script to take home",
            ),
            Lesson(
                "step",
                "One training step",
                "What exactly happens to a network when it learns from one batch?",
                "the hill of the loss from the side and from above, the step as an arrow on it; forward, loss, "
                "zero_grad, backward, step, a press each; the real loss as a ruler for the learning rate",
            ),
            Lesson(
                "mistakes",
                "What it gets wrong",
                "Which digits does it take for which, and how sure is it of that?",
                "the confusion matrix with the images behind each cell and its mirror, precision and recall, the "
                "surest mistakes, and why one network has several accuracies",
            ),
        ),
    ),
    Section(
        "How it decides",
        "Weights, sums and layers give ten scores; the scores become probabilities, and a wrong answer gets its price.",
        (
            Lesson(
                "network",
                "The network",
                "How do 784 pixels become ten scores, and how many numbers does that take?",
                "weights becoming digits, any neuron's sum on a real digit, a diagram that counts its parameters, the "
                "hidden layer flattened",
            ),
            Lesson(
                "two_classes",
                "From two classes to many",
                "How can one number answer yes or no, and what if there are ten answers?",
                "a neuron with two weights to set by hand, and the border it draws; one formula for both labels; "
                "softmax over 2 to 10 classes",
            ),
            Lesson(
                "softmax",
                "Softmax, column by column",
                "How do ten scores become ten probabilities?",
                "ten bars to drag, every stage from score to loss in float32, overflow and its cure, temperature",
            ),
            Lesson(
                "cross_entropy",
                "Cross-entropy",
                "What does it cost to be wrong, and what does the cost tell the network to do?",
                "the one term that is left, −ln p, the mean of a batch, accuracy and squared error beside it, the "
                "likelihood, p − y as arrows, what PyTorch calls it",
            ),
            Lesson(
                "backpropagation",
                "The way back",
                "How does the loss reach a weight deep inside?",
                "a network of eight weights with the error going back through it line by line; the same in the network "
                "that reads; a gradient as a picture; its check by a difference, in float32 and float64",
            ),
            Lesson(
                "initialisation",
                "How to begin",
                "Does it matter where a network begins?",
                "the spread of the first weights, and what runs through five layers; four beginnings over their first "
                "hundred batches; neurons that stay twins; the gradient that fades with depth",
            ),
            Lesson(
                "data",
                "The data",
                "What does a network learn from, and what does it get to see?",
                "every image, mean images, the nearest mean as the baseline to beat, one image as 784 numbers, mean "
                "and deviation computed on the spot",
            ),
            Lesson(
                "batches",
                "Mini-batches",
                "Which images does a network look at before each step?",
                "a batch, `DataLoader` beside ours, training on shuffled and on sorted images, the X-ray of a batch",
            ),
            Lesson(
                "layers",
                "What layers do",
                "Why several layers, and what can stand between them?",
                "two layers that are one, pixels in shuffled order, pooling, dropout",
            ),
        ),
    ),
    Section(
        "Can you trust it?",
        "Why it says 3 and not 8, how sure it is, what it can do without, and whether a difference was luck.",
        (
            Lesson(
                "evidence",
                "Why 3 and not 8?",
                "What in your drawing speaks for one digit, and what for another?",
                "what every pixel says for one digit against another, adding up to z₃ − z₈ = ln(p₃/p₈); the "
                "hidden neurons that say it",
            ),
            Lesson(
                "certainty",
                "How sure is sure?",
                "It says 90%. Is it right nine times out of ten?",
                "does 90 % mean 90 %: reliability diagram, expected calibration error, temperature",
            ),
            Lesson(
                "breaking",
                "Break it",
                "How much of a network can you destroy before it stops reading?",
                "biases gone, neurons silent, noise on the weights, pixels shuffled: the accuracy follows, and "
                "undo is always there; an image changed so little that one hardly sees it, and read as another digit",
            ),
            Lesson(
                "teach",
                "Teach it your digit",
                "What does a network learn from a single drawing, and what does it forget?",
                "one training step on your drawing, on a copy: probabilities, loss and gradient, what the "
                "slope foretold, and what it cost the other digits; undo",
            ),
            Lesson(
                "collection",
                "Your own test set",
                "Does it read your writing as well as it reads that of others?",
                "your drawings, kept by one press; every network judged on them, with the interval so few "
                "leave possible; PNG and CSV, and a class's files together",
            ),
            Lesson(
                "overfitting",
                "Overfitting",
                "Is a network that makes no mistakes on its examples a good one?",
                "500 images learned by heart, where the validation loss turned, and five remedies; what augmentation "
                "makes of one digit",
            ),
            Lesson(
                "runs",
                "Compare runs",
                "Is one setting better than another, or was it luck?",
                "a table that marks what differs, curves laid over each other, the same settings with five "
                "seeds, a verdict by Welch's test, CSV",
            ),
        ),
    ),
    Section(
        "Look back",
        "What you have seen, in five pictures, and what each letter stands for.",
        (
            Lesson(
                "finish",
                "What you have seen",
                "What is there to remember of all this?",
                "five pictures, each with the lesson it comes from",
            ),
            Lesson(
                "symbols",
                "All symbols",
                "Which letter stands for what, and what shape does it have?",
                "every letter with its shape, its meaning, its name in the code and its lessons",
            ),
        ),
    ),
)
LESSONS = (WELCOME, *(lesson for section in SECTIONS for lesson in section.lessons))


NOTES = "course"  # the other path: the order of the course notes
_IN_NOTES = {
    "Softmax and loss": ("two_classes", "softmax", "cross_entropy"),
    "Data": ("data", "batches", "pixels"),
    "Network": ("network", "layers"),
    "Training": ("step", "backpropagation", "train", "initialisation", "overfitting", "mistakes", "runs"),
    "Your handwriting": ("duel", "draw", "evidence", "teach", "collection"),
    "Trust": ("certainty", "breaking"),
    "Look back": ("finish", "symbols"),
}


def sections(path: str) -> tuple[Section, ...]:
    """The lessons by section, in the order of a path: ``NOTES``, or ``""`` for our own."""
    if path != NOTES:
        return SECTIONS
    named = {stem for stems in _IN_NOTES.values() for stem in stems}
    others = tuple(each for section in SECTIONS for each in section.lessons if each.stem not in named)
    notes = tuple(Section(title, "", tuple(map(lesson_of, stems))) for title, stems in _IN_NOTES.items())
    return (*notes, *([Section("More", "", others)] if others else []))


def tab_title(stem: str) -> str:
    """What the browser's tab is called while the page with this file name is open."""
    return TITLE if stem == WELCOME.stem else f"{lesson_of(stem).title} · {TITLE}"


def lesson_of(stem: str) -> Lesson:
    """The lesson whose page has this file name; KeyError if there is none."""
    return {lesson.stem: lesson for lesson in LESSONS}[stem]


def in_readme(text: str) -> str:
    """The text of the README with the list of the lessons as it is now.

    Raises:
        ValueError: If the text has no such list.
    """
    start = text.index(HEAD)
    rows = "".join(f"| {lesson.title} | {lesson.moves} |\n" for section in SECTIONS for lesson in section.lessons)
    return text[:start] + HEAD + rows + text[text.index("\n\n", start) + 1 :]


if __name__ == "__main__":
    README.write_text(in_readme(README.read_text(encoding="utf-8")), encoding="utf-8")
