"""Explanations: what a trained network looks at. TensorFlow is imported here, in a helper process."""
