"""The streams of the log: an integration's bears its id, every other has a colon in its name."""


def is_integrations(stream: str) -> bool:
    """Whether a stream of the log is an integration's."""
    return ":" not in stream
