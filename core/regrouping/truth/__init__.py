"""The truth about a grouping: what it gains beyond chance, and what it costs."""
