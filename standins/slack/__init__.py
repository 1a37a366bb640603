"""Slack as the bot sees it: OAuth, Web API, events, commands and clicks on a real socket, with a memory."""
