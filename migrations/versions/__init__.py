"""One module per version of the tables; each stands on its own and is never edited after a release."""
