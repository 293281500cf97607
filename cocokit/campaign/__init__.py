"""The engine: where the rules of ``pipeline`` and the rows of ``store`` meet, each step in one transaction."""
