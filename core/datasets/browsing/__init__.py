"""Choose and order images to look at."""
