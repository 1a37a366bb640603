"""Measurements; each prints a ratio."""
