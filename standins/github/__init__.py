"""GitHub as the bot sees it: REST, git over HTTP and webhooks on a real socket, with a memory."""
