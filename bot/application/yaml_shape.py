"""The events of a YAML document, each with how deep it is nested: counted before anything is built."""

from collections.abc import Iterable, Iterator

import yaml


def with_depth(events: Iterable[yaml.Event]) -> Iterator[tuple[yaml.Event, int]]:
    """One after another; a collection's beginning counts already, its end no more."""
    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        yield event, depth
