"""From a drawing or a photo to ten probabilities, and how the networks that come with the project were made."""
