"""What one look at all pixels tells: quality, hashes, outliers, duplicates, statistics."""
