"""Evaluation: numbers from stored predictions."""
