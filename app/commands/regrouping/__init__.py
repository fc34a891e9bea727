"""Commands around groupings: suggest, score, compare and what belongs to them."""
