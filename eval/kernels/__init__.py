"""Kernels of the evaluator: ordering, candidate pairs, matching and curves (rules in :mod:`cocokit.kernels`)."""
