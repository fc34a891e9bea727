"""Kinds of trouble that images can make before training: one file a subject, collected in ``findings``."""
