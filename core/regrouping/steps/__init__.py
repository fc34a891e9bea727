"""The steps of building a grouping as a tree: undo, redo, branches and named states."""
