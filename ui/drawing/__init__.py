"""What the pages with a canvas share: drawing, photos, samples, reading, keeping."""
