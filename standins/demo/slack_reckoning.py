"""What must hold in Slack at the end: one thread, one line for the decision, one answer to each who acted."""

from collections.abc import Iterator
from typing import Final

from standins.demo.screen import Row
from standins.demo.slack_telling import ToldInSlack
from standins.demo.windows import HEADING, text_of

OPENED: Final = "open_issue"


def in_slack(told: ToldInSlack) -> Iterator[Row]:
    """Each effect in Slack, how often it is to have happened, and how often it has."""
    firsts = [each for each in told.messages if each.thread_ts is None]
    lines = [each for each in told.messages if firsts and each.thread_ts == firsts[0].ts]
    opened = [each for each in told.effects if each.name == OPENED]
    counts = {
        "issues opened for it": len(opened),
        "threads begun in Slack": len(firsts),
        "decisions said in the thread": len(lines),
        "last words to who asked": len(told.written),
        **{f"answers in Slack to {name} alone": len(said) for name, said in told.alone.items()},
    }
    for words, times in counts.items():
        yield Row(about=f"{told.name}: {words}", wanted="1", found=str(times))
    shown = [HEADING.search(text_of(each.blocks)) for each in firsts]
    ends = [found[2] for found in shown if found is not None]
    yield Row(about=f"{told.name}: where the thread ends", wanted="active", found=" ".join(ends))
