"""The outside world, as plain Python."""
