"""Architectures: one file for each network."""
