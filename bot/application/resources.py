"""What REST tells of beside integrations, and does beside orders to them: all that its handlers need."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.application.belonging import Belonging
from bot.application.deliveries_seen import Receipts
from bot.application.ports import World

Probes = Mapping[str, Callable[[], Awaitable[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """`probes` say how database and sandbox are: "ok", or one word for what is wrong; `queues` what waits."""

    world: World
    belonging: Belonging
    receipts: Receipts
    probes: Probes
    queues: Callable[[], Awaitable[Mapping[str, int]]]
