"""Divide anew, occlude, derive, export."""
