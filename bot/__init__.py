"""Claude Code Bot: from a sentence to running code, every step seen, explained and undone."""
