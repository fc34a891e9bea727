"""Pieces of the Regroup page."""
