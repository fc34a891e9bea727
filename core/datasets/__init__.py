"""Datasets: where images come from, what is in them, how they are split."""
