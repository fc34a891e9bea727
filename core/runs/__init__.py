"""Runs: settings and the folder on disk; knows no TensorFlow."""
