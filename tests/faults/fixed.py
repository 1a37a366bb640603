"""A pull request of people whose tests fail, which is fixed on its branch, while the bot dies on the way."""

from typing import Final

from standins.claude_replies import Asked, Reply, calls, edit, says
from standins.github.people import GitHub
from tests.faults.described import is_said
from tests.faults.reviewed import SHOP, Until

FAILED: Final = "and did not pass"


def fixes(asked: Asked) -> Reply:
    """Makes it worse, is told that the tests fail, and puts it right."""
    if asked.calls_since_told:
        return says("Write what is right\n\nSo it is.")
    old, new = ("worse", "right") if FAILED in asked.told else ("wrong", "worse")
    return calls(edit(f"toolu_{new}", "str_replace", "erp.txt", old_str=old, new_str=new))


async def plays(github: GitHub, until: Until) -> None:
    """To the commit on its branch, and the word of it."""
    await github.push("requester", SHOP, {"erp.txt": "wrong\n"}, branch="erp")
    number = await github.open_pull("requester", SHOP, head="erp", title="To the ERP", body="")
    shop = github.repository(SHOP)
    await github.comment("requester", SHOP, number, "/claude fix what erp.txt holds")
    await until("a fix", lambda: is_said(shop, number, "On the branch of this pull request as"))
