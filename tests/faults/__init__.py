"""Dependencies that misbehave, kills, doubled and late deliveries."""
