"""Training: configurations, data, one loop, checkpoints, predictions."""
