"""Kernels of the baselines; the rules are those of :mod:`cocokit.kernels`. Nothing here imports torch."""
