"""Regrouping: groups of classes, what they score, how to find them."""
