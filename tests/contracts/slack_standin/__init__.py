"""Slack's stand-in: what the bot may rely on."""
