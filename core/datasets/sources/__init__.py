"""Sources: one file for each way in which images and labels can come."""
