"""The values of a configuration, as people read them."""

import json

from bot.application.configuration import Configuration


def values_of(configuration: Configuration) -> dict[str, str]:
    """Each key's value as text; empty where it has none."""
    return {name: shown(value) for name, value in configuration.model_dump(mode="json").items()}


def shown(value: object) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, list):
        between = "; " if any(isinstance(each, dict) for each in value) else ", "
        return between.join(map(shown, value))
    if isinstance(value, dict):
        said = {name: shown(each) for name, each in value.items() if each not in (None, {}, [])}
        return ", ".join(f"{name}: {each}" for name, each in said.items())
    return value if isinstance(value, str) else json.dumps(value)
