"""The integration, its states and the policy: pure, no I/O, no clock."""
