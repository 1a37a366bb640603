"""views.*: modals, which open only at once after an act, and each person's Home."""

from typing import Any, Final

from standins.slack import blockkit, shapes
from standins.slack.call import Call
from standins.slack.state import Trigger, User, View
from standins.slack.world import Refused

MOST_ON_TOP: Final = 3


def open_(call: Call) -> dict[str, Any]:
    trigger = _trigger(call)
    return _shown(call, _made(call, trigger.user, _given(call, "modal")))


def push(call: Call) -> dict[str, Any]:
    """A modal on top of the one that the act was in."""
    trigger = _trigger(call)
    below = call.world.views.get(trigger.view or "")
    if below is None:
        raise Refused("not_found")
    if _depth(call, below) >= MOST_ON_TOP:
        raise Refused("push_limit_reached")
    made = _made(call, trigger.user, _given(call, "modal"))
    made.root, made.previous = below.root, below.id
    return _shown(call, made)


def update(call: Call) -> dict[str, Any]:
    view = _asked(call)
    if call.text("hash") and call.text("hash") != view.hash:
        raise Refused("hash_conflict")
    view.view, view.hash = _given(call, view.view["type"]), call.world.new_ts()
    call.world.note("view.updated", view.user.team, view.user, view=view.id)
    return _shown(call, view)


def publish(call: Call) -> dict[str, Any]:
    """Somebody's Home."""
    user = call.world.user(call.text("user_id"))
    given, old = _given(call, "home"), call.world.homes.get(user.id)
    if old is not None and call.text("hash") and call.text("hash") != old.hash:
        raise Refused("hash_conflict")
    made = old or View(id=call.world.new_id("V"), user=user, view=given, hash="", root="")
    made.view, made.hash, made.root = given, call.world.new_ts(), made.id
    call.world.homes[user.id] = call.world.views[made.id] = made
    call.world.note("home.published", user.team, user, view=made.id)
    return _shown(call, made)


def checked(view: Any, kind: str) -> dict[str, Any]:
    """A view that Slack takes. Raises Refused."""
    faults = blockkit.faults_in_view(view)
    if not faults and view["type"] != kind:
        faults = ["[ERROR] unsupported type [json-pointer:/view/type]"]
    if faults:
        raise Refused("invalid_arguments", response_metadata={"messages": faults})
    taken: dict[str, Any] = view
    return taken


def _given(call: Call, kind: str) -> dict[str, Any]:
    return checked(call.structure("view"), kind)


def _trigger(call: Call) -> Trigger:
    trigger = call.world.triggers.get(call.text("trigger_id"))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    if trigger.until <= call.now():
        raise Refused("expired_trigger_id")
    trigger.used = True
    return trigger


def _made(call: Call, user: User, given: dict[str, Any]) -> View:
    name = call.world.new_id("V")
    made = View(id=name, user=user, view=given, hash=call.world.new_ts(), root=name)
    call.world.views[name] = made
    call.world.note("view.opened", user.team, user, view=name)
    return made


def _depth(call: Call, view: View) -> int:
    depth, below = 1, view.previous
    while below is not None:
        depth, below = depth + 1, call.world.views[below].previous
    return depth


def _asked(call: Call) -> View:
    if call.text("view_id"):
        found = call.world.views.get(call.text("view_id"))
    else:
        name = call.text("external_id")
        views = call.world.views.values()
        found = next((each for each in views if name and each.view.get("external_id") == name), None)
    if found is None:
        raise Refused("not_found")
    return found


def _shown(call: Call, view: View) -> dict[str, Any]:
    return {"view": shapes.view(call.world, view, call.bot)}
