"""Predictions made elsewhere, by any framework, brought in as a run."""
