"""Merge, or mend? What speaks for putting confused classes together, and what could be repaired instead."""
