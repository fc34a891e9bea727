"""From a source to a dataset: preview, build, add, find again."""
