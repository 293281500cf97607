"""Blueprints, one per subject."""
