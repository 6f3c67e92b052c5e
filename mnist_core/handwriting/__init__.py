"""From a drawing or a photo to ten probabilities, and how the networks that come with the project were made."""

CANVAS_SIZE = 280  # pixels: what a reader draws on has ten for each of MNIST's
