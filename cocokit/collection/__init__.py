"""Photographs from folders and from the web: queries, licences, limits, provenance, and what was taken down."""
