"""The sandbox as the settings want it: what it hides is what belongs to the bot alone."""

from urllib.parse import urlsplit

from bot.infrastructure.installing import Installations
from bot.infrastructure.proxy import WayOut
from bot.infrastructure.resilience import Policy
from bot.infrastructure.sandbox import BubblewrapSandbox
from bot.infrastructure.sandbox_groups import find_hierarchy
from bot.infrastructure.sandbox_room import python_toolchain
from bot.records import StepFailed
from bot.settings import Misconfigured, Settings


def sandbox_of(settings: Settings, guard: Policy) -> BubblewrapSandbox:
    """The sandbox; a Python suite finds its runner in the bot's own environment, read-only."""
    return BubblewrapSandbox(
        policy=guard,
        toolchain=python_toolchain(),
        hidden=settings.own_paths,
        hierarchy=find_hierarchy(),
    )


def hiding(settings: Settings, guard: Policy) -> BubblewrapSandbox:
    """The sandbox. Raises Misconfigured where it could not hide what belongs to the bot alone."""
    sandbox = sandbox_of(settings, guard)
    try:
        sandbox.check_hidden()
    except StepFailed as failure:
        raise Misconfigured(f"DATABASE_URL, DATA_DIR: {failure.detail}; keep it elsewhere") from None
    return sandbox


def installations_of(
    settings: Settings, sandbox: BubblewrapSandbox, out: WayOut | None = None
) -> Installations:
    """What set-ups install, from the hosts and indexes that the operator names and from nowhere else."""
    variables = dict(settings.setup_indexes)
    plain = urlsplit(variables.get("PIP_INDEX_URL", ""))
    if plain.scheme == "http" and plain.hostname:
        variables["PIP_TRUSTED_HOST"] = plain.hostname
    return Installations(
        sandbox=sandbox,
        data_directory=settings.data_directory,
        hosts=settings.setup_hosts,
        variables=variables,
        out=out or WayOut(),
    )
