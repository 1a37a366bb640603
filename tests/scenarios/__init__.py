"""Stories through the real door, one file per story line."""
