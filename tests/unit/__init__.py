"""Rules and decisions: no I/O."""
