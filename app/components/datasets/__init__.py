"""Pieces of the Datasets page: one file a part."""
