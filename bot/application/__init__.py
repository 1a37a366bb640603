"""Commands, queries, workflows, and the ports they need."""
