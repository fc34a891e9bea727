"""What frozen layers make of the images, computed once and kept for all runs that begin alike."""
