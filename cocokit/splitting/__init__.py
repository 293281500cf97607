"""Splits of a dataset by image: groups stay whole, rare categories reach every split, test answers are sealed."""
