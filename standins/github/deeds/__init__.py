"""What can be done on GitHub, whoever does it: the memory changes, the effect is noted, the hooks hear."""
