"""Edits by hand: reversible, beside the data."""
