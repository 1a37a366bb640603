"""The web doors."""
