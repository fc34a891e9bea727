"""The map of a dataset: every image as a point."""
