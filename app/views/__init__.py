"""Pages: one file each, in the order of the loop."""
