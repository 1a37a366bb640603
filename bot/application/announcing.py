"""What is said once, beside the status comment: an edit of that reaches nobody's inbox."""

from bot.application import (
    approval_words,
    check_words,
    landing_words,
    money_words,
    reminder_words,
    removal_words,
)
from bot.application.effects import say_once
from bot.application.ports import World
from bot.application.spending import spending
from bot.application.texts import load_removal
from bot.application.views import StatusView, view_of
from bot.domain.deciding import WORKING
from bot.domain.freezing import FROZEN
from bot.domain.integration import Integration
from bot.domain.money import nearly_spent
from bot.domain.states import State


async def announce(it: Integration, world: World) -> None:
    """Whatever of this is so now, and was not said yet. A freeze calls nobody: it asks nothing of them."""
    await say_changed(it, world)
    await say_removal(it, world)
    await say_held(it, world)
    await say_lapsed(it, world)
    await say_merged_meanwhile(it, world)
    if it.paused is not None and it.waiting_for is not None:
        if it.paused.cause != FROZEN:
            await say_paused(it, it.paused.cause, it.paused.detail, world)
    elif it.state in WORKING and it.turns:
        await say_nearly(it, world)
        await say_month(it, world)


async def say_changed(it: Integration, world: World) -> None:
    """To whom sent it back: that it waits again; where checks did, to whom asked for it."""
    if not it.sent_back_from or it.pull_request is None or it.waiting_for != "approval":
        return
    number, marker = it.pull_request, check_words.changed_marker(it.id, it.first_attempt)
    say = landing_words.brought_up if it.went_back_for_base else check_words.mended
    say = check_words.disputed if it.is_red else say
    say = check_words.changed if it.sent_back_by else say
    say = check_words.left_failing if it.is_unpassed else say
    by = (it.sent_back_by or it.requested_by).login
    said = say(by=by, head=it.head, before=it.sent_back_from)
    effect = f"changed:{it.id}:{it.first_attempt}"
    await say_once(world, it.repository, number, f"{marker}\n{said}", marker=marker, effect=effect)


async def say_removal(it: Integration, world: World) -> None:
    """That it waits to be taken out, or stays after all: each once each time that this was asked for."""
    shown = await load_removal(world, it)
    if shown is None or it.state is not State.ACTIVE:
        return
    removal = shown.removal
    waits, stays = removal.waits_for is not None, not removal.is_under_way
    if not (waits or stays):
        return
    which = f"{it.name}:{removal.nth}:{'waits' if waits else 'stays'}"
    marker = removal_words.marker(it.id, which)
    body = f"{marker}\n{removal_words.announced(shown, it.id)}"
    await say_once(world, it.repository, it.issue, body, marker=marker, effect=f"removal:{it.id}:{which}")


async def say_held(it: Integration, world: World) -> None:
    """That it cannot be merged, and who can help: once for each thing that holds it, and each attempt."""
    if it.held is None or it.pull_request is None or it.waiting_for not in {"approval", "merge"}:
        return
    marker = landing_words.held_marker(it.id, f"{it.attempt}:{it.held.code}")
    view = view_of(it, await world.log.read(it.id))
    body, effect = f"{marker}\n{landing_words.waits(view)}", f"held:{it.id}:{it.attempt}:{it.held.code}"
    await say_once(world, it.repository, it.pull_request, body, marker=marker, effect=effect)


async def say_merged_meanwhile(it: Integration, world: World) -> None:
    """That it was merged just as an approval ended, and waits for another: nobody else would notice."""
    if not it.merged or it.pull_request is None or it.waiting_for != "approval":
        return
    marker = landing_words.held_marker(it.id, f"merged:{it.gates}")
    said = " ".join(landing_words.merged_meanwhile(view_of(it, await world.log.read(it.id))))
    body, effect = f"{marker}\n@{it.requested_by.login} {said}", f"merged meanwhile:{it.name}:{it.gates}"
    await say_once(world, it.repository, it.pull_request, body, marker=marker, effect=effect)


async def say_lapsed(it: Integration, world: World) -> None:
    """To each whose approval holds no more, where it stood."""
    if it.pull_request is None or it.merged:
        return
    for nth, lapse in enumerate(it.lapses, start=1):
        marker = approval_words.lapsed_marker(it.name, nth)
        body, effect = f"{marker}\n{approval_words.lapsed(it, lapse)}", f"lapsed:{it.name}:{nth}"
        await say_once(world, it.repository, it.pull_request, body, marker=marker, effect=effect)


async def say_paused(it: Integration, cause: str, which: str, world: World) -> None:
    """That it rests, and who can help."""
    marker = money_words.paused_marker(it.id, it.rests)
    body = f"{marker}\n{money_words.paused(it, cause, which)}"
    effect = f"paused:{it.id}:{it.rests}"
    await say_once(world, it.repository, it.issue, body, marker=marker, effect=effect)


async def say_nearly(it: Integration, world: World) -> None:
    """That four fifths of a ceiling are used up: once for each height of it."""
    if (which := nearly_spent(it)) is None:
        return
    marker = money_words.nearly_marker(it.id, which, str(it.micro_usd_allowed))
    body = f"{marker}\n{money_words.nearly(it, which)}"
    effect = f"nearly:{it.id}:{which}:{it.micro_usd_allowed}"
    await say_once(world, it.repository, it.issue, body, marker=marker, effect=effect)


async def say_month(it: Integration, world: World) -> None:
    """The same of the month, on the issue of the run that was the first to see it."""
    spent = await spending(it.repository, world)
    if (which := spent.nearly()) is None:
        return
    whose, allowed = it.repository.id, spent.repository_allowed
    if which == "owner":
        whose, allowed = it.repository.installation_id, spent.owner_allowed or 0
    marker = money_words.month_marker(whose, spent.month, which, allowed)
    body = f"{marker}\n{money_words.month_nearly(spent, which)}"
    effect = f"month:{whose}:{spent.month}:{which}:{allowed}"
    await say_once(world, it.repository, it.issue, body, marker=marker, effect=effect)


async def remind(it: Integration, view: StatusView, world: World) -> None:
    """That it waits still, once for each time that people are to be reminded: there where they can act."""
    if it.reminded is None:
        return
    number = it.pull_request if it.waiting_for == "approval" and it.pull_request else it.issue
    marker = reminder_words.reminder_marker(it.id, it.reminders)
    body = f"{marker}\n{reminder_words.reminder(view)}"
    effect = f"reminder:{it.id}:{it.reminders}"
    await say_once(world, it.repository, number, body, marker=marker, effect=effect)
