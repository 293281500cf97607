"""A dataset as it is published: splits, manifest, card, and the proof that all of it reads back."""
