"""Training: what the worker process does. TensorFlow is imported here."""
