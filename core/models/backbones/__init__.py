"""Pretrained networks: built as Keras Applications build them, with preprocessing and head of our own."""
