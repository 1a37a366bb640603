"""Every sentence about reviews that were stopped from following by themselves."""

from bot.application.review_pausing import FOLLOWS, NOT_PAUSED, REVIEWED, UNDER_WAY
from bot.domain.commands import PREFIX

ASK = f"`{PREFIX} review` asks for one."


def no_pull_request() -> str:
    """Where they were to be stopped, or let go on, on an issue."""
    return f"Nothing is reviewed on an issue. Say `{PREFIX} pause` or `{PREFIX} resume` on a pull request."


def paused(*, is_new: bool, by: str) -> str:
    """They are stopped; what still works."""
    said = f"Paused by {by}: no" if is_new else "Paused already: no"
    return (
        f"{said} review of this pull request follows by itself from now on. One that is being read comes to "
        f"its end, {ASK[:-1]} all the same, and `{PREFIX} resume` ends the pause."
    )


def resumed(outcome: str, *, by: str) -> str:
    """They may follow again; whether one does now."""
    if outcome == NOT_PAUSED:
        return f"Reviews of this pull request are not paused. {ASK}"
    begun = f"The pause is over, by {by}. "
    if outcome == FOLLOWS:
        return f"{begun}Its newest commit was not reviewed yet: that follows by itself now."
    if outcome == UNDER_WAY:
        return f"{begun}Its newest commit is being reviewed already, the next push is again by itself."
    if outcome == REVIEWED:
        return f"{begun}Its newest commit was reviewed already, the next push is again by itself. {ASK}"
    return (
        f"{begun}None follows by itself all the same: this repository wants none or stands still, or this is "
        f"a draft, a fork's, closed, or one of mine. {ASK}"
    )


def stopped() -> tuple[str, str]:
    """Of the check of one that was to be tried again during a pause."""
    return "Paused meanwhile", f"Reviews by themselves are paused on this pull request, so it is left. {ASK}"


def below(*, is_paused: bool) -> str:
    """The end of a walkthrough that somebody asked for meanwhile; it is not edited when the pause ends."""
    if not is_paused:
        return ""
    return (
        "\n\n<sub>When this was said, reviews by themselves were paused here: "
        f"`{PREFIX} resume` lets them follow again.</sub>"
    )
