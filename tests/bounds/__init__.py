"""Hostile input against kernels whose every access is checked: what is out of range here reads foreign memory there."""
