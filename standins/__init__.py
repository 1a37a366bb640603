"""Local GitHub, Slack and Claude over real HTTP, held to the published contracts."""
