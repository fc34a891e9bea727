"""Image files and arrays: headers, decoding, pixels, thumbnails."""
