"""The settings of a run by subject; ``core.runs.config`` puts them together."""
