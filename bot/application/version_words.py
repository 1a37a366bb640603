"""Every sentence about the versions of an integration."""

from bot.application.views import StatusView
from bot.domain.commands import PREFIX
from bot.domain.states import State


def named(view: StatusView) -> str:
    """What people call it: by its version from the second one on."""
    return f"`{view.id}`" if view.edition == 1 else f"`{view.id}` v{view.edition}"


def standing(view: StatusView) -> str:
    """Where it stands; of a version that came to nothing, that the one before it runs."""
    if view.in_use is None or view.state != State.ACTIVE:
        return view.state
    came = "rolled back" if view.during == "active" or view.reason == "rolled_back" else "failed"
    return f"{came} (v{view.in_use[0]} is active)"


def in_use(view: StatusView) -> list[str]:
    """Which version runs where another one is shown."""
    if view.in_use is None:
        return []
    edition, pull = view.in_use
    if view.state == State.ACTIVE:
        again = f"`{PREFIX} integrate <what>` asks for another version."
        return [f"**v{edition} stays active**: #{pull}.{_still_there(view)} {again}"]
    return [f"**v{edition} stays in use** meanwhile: #{pull}."]


def _still_there(view: StatusView) -> str:
    """What was merged of the newer one, and is to be taken back by a person first."""
    is_left = any(step == "deploy" and outcome == "needs_person" for step, outcome, _ in view.undone)
    return f" What v{view.edition} merged is still there, until a person takes it back." if is_left else ""


def begun(*, edition: int, issue: int, before: int) -> str:
    """After a request for another version."""
    return (
        f"This becomes v{edition}. Nothing approved before counts for it, and v{before} stays in use until "
        f"it runs; the status comment on #{issue} says how it goes."
    )
