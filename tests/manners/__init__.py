"""Manners: what the files promise each other."""
