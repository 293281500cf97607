"""Datasets divided into training, validation and test: by images, groups whole, every category everywhere."""
