"""Figures: arrays in, plotly figure out; nothing is computed or read here."""
