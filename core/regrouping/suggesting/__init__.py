"""Groups proposed from the confusions."""
