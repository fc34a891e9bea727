"""Networks: a catalog without TensorFlow, and the builders behind it."""
