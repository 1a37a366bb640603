"""The check run of a pull request says it too: that it is frozen, that it no longer is, whom it waits for."""

from collections.abc import Sequence

from bot.application import approval_words, freeze_words, words
from bot.application.ports import World
from bot.application.texts import load_tested
from bot.domain.freezing import Freeze
from bot.domain.integration import Integration


async def show_check(it: Integration, freezes: Sequence[Freeze], world: World) -> None:
    """Where its check run is open; once for each thing to say. Saying it twice changes nothing."""
    name = f"check-says:{it.id}"
    known, now = await world.notes.get(name) or "", _mark(it, freezes)
    is_stopped = it.reason is not None or it.cancelled is not None or it.rejected_by is not None
    if it.check is None or not it.check_open or is_stopped or now == known:
        return
    said_more = known.startswith(f"{it.check} ") or it.is_unpassed
    if not freezes and (it.released or not (said_more or it.rules_standing)):
        return  # it is just being closed, or says nothing of it
    if freezes:
        title, summary = freeze_words.check_frozen(freezes)
    else:
        tested = await load_tested(world, it)
        title, waits = words.check_waiting(" ".join(it.tests), tested, tester=it.tester)
        summary = "\n\n".join([waits, *approval_words.rules(it.rules_standing)])
    await world.checks.say(it.repository, it.check, title=title, summary=summary)
    await world.notes.put(name, now)


def _mark(it: Integration, freezes: Sequence[Freeze]) -> str:
    """What tells one saying from another: the freezes, and how far each rule for its paths is met."""
    met = "".join(f" {len(each.given)}" for each in it.rules_standing)
    is_left = " fails" if it.is_unpassed else ""
    return freeze_words.mark(it.check, freezes) + met + is_left
