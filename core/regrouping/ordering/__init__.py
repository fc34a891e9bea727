"""Orders of the classes in which confusions lie in blocks, and the tree behind them."""
