"""Near duplicates: perceptual hashes, an exact search among them, a second look at the pixels, groups."""
