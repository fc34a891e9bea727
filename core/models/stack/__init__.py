"""Simple networks as stacks of rows: their layers, shapes, Keras models, and saved stacks."""
