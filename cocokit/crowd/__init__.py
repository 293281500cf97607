"""Simulated workers who use the engine's front door; the quality of workers; what a campaign will cost and find."""
