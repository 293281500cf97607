"""Datasets made from datasets: merged, filtered, sampled, renumbered, cut into tiles."""
