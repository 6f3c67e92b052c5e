"""What you have seen: five pictures, each with the lesson it comes from, and what to do next."""

from collections.abc import Callable

import streamlit as st
from PIL import Image

from mnist_core import words
from mnist_core.figures.finish import small_columns, small_hill
from mnist_core.figures.images import enlarged, sheet
from mnist_core.figures.signed import signed_pictures
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.finish import BEST, RATES, pictures
from ui.frame import dataset, lesson, state, theme
from ui.lessons import finish
from ui.visitor import networks

WIDE = 150  # pixels, of each picture


@lesson.scene("What is there to remember of all this?")
def five_pictures() -> None:
    """Five small figures, each with a sentence and a link to its scene."""
    found = finish.pictures()
    subject = finish.last_drawing()
    image = dataset.splits().validation.images[0] / 255 if subject is None else subject.image
    p = predict_proba(networks.model_in_use()[0], image[None])[0]
    answer = int(p.argmax())

    def drawing() -> None:
        pixels = Image.fromarray(enlarged(image=image, factor=5))
        st.image(pixels, alt=f"28 by 28 pixels, read as {answer}", width=90)

    def weights() -> None:
        tiles = signed_pictures(images=found.weights[:6], columns=3, factor=2, theme=theme.current(), gap=4)
        st.image(tiles, alt="The weights of the digits 0 to 5 as pictures", output_format="PNG", width=WIDE)

    def columns() -> None:
        said = f"Ten columns, the highest that of {answer}"
        st.html(small_columns(probabilities=p.tolist(), said=said, theme=theme.current()))

    def hill() -> None:
        said = "A curve with a valley, and a ball that has rolled into it"
        start, end = RATES.index(0.0), RATES.index(BEST)
        st.html(small_hill(losses=found.losses, start=start, end=end, said=said, theme=theme.current()))

    def hardest() -> None:
        pairs = zip(found.labels, found.choices, strict=True)
        said = ", ".join(f"{words.a(label)} read as {choice}" for label, choice in pairs)
        tiles = sheet(images=found.hardest, columns=2, factor=2)
        st.image(tiles, alt=f"Digits that cost the network most: {said}", output_format="PNG", width=90)

    with lesson.stage(), st.container(horizontal=True, gap="small", key="five"):
        one(drawing, f"784 numbers go in. It says {answer}.", "pixels")
        one(weights, "Weights grow into digits.", "network")
        one(columns, f"Softmax: ten probabilities. Here {words.percent(p[answer].item())}.", "softmax")
        one(hill, "Each step rolls downhill.", "step")
        one(hardest, "Some it can't read. Can you?", "duel")
    lesson.notice(
        "That is a **classifier**: numbers go in, weighted sums become probabilities, and many small steps downhill "
        "found "
        "the weights."
    )
    lesson.deeper(where_from, lambda: lesson.show_source(pictures))


def one(picture: Callable[[], None], sentence: str, stem: str) -> None:
    """A picture, what it says, and the way to its lesson."""
    with st.container(border=True, height="stretch"):
        picture()
        st.markdown(sentence)
        st.page_link(state.page(stem))


def where_from() -> None:
    """What the pictures are made of."""
    st.markdown(
        "The first and the third picture are your last drawing, or a sample if there is none, read by the network in "
        "use. The weights are those of a single layer after one step on 1,000 training images, from weights of 0, and "
        f"the hill is the loss along that step: the ball stands at a learning rate of {BEST}. The last picture shows "
        "four of 1,000 validation images: those with the highest loss in the ready-made network."
    )


@lesson.scene("What could you do next?")
def next_things() -> None:
    """Three ways on."""
    with lesson.stage():
        for stem, label, said in (
            (
                "train",
                "Train a network of your own",
                "Choose its layers and its learning rate, and let it read your hand.",
            ),
            (
                "train",
                "Take it home",
                "A trained network can be saved there, with a PyTorch script that trains it anew.",
            ),
            ("runs", "Ask which setting is better", "Train with five seeds, and see what was luck."),
        ):
            with st.container(border=True):
                st.page_link(state.page(stem), label=f"**{label}**", icon=":material/arrow_forward:")
                st.markdown(said)
        with st.container(border=True):
            st.markdown(
                "**For teachers.** Set a scene up and press *Copy link*: pupils see the same. At the foot of each page "
                "are large text for a projector, and the page in one piece to print."
            )


lesson.show(five_pictures, next_things)
