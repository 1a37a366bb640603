"""A pull request of people, spoken of in plain words, and described, while the bot dies on the way."""

import json
from typing import Final

from standins.claude_replies import Asked, Reply, says
from standins.github.people import GitHub
from standins.github.state import Repository
from tests.faults.reviewed import RIGHT, SHOP, Until

TITLE: Final = "Say how much it is"
LABEL: Final = "rates"
SORTS: Final = "You say which of its commands these words ask for"


def describes(asked: Asked) -> Reply:
    """Takes plain words for a look at where things stand, and describes whatever else it is shown."""
    if SORTS in asked.system:
        return says(json.dumps({"means": "status"}))
    return says(json.dumps({"title": TITLE, "description": "A rate.", "labels": [LABEL]}))


async def plays(github: GitHub, until: Until) -> None:
    """To the title, the description and the label that were offered."""
    github.make_label(SHOP, LABEL)
    await github.push("requester", SHOP, {"rate.py": RIGHT}, branch="rate")
    number = await github.open_pull("requester", SHOP, head="rate", title="A rate", body="Of mine.")
    shop = github.repository(SHOP)
    await github.comment("requester", SHOP, number, "@claude-code-bot how is it going here?")
    await until("an answer", lambda: is_said(shop, number, "There is no integration here yet"))
    await github.comment("requester", SHOP, number, "/claude describe")
    await until("an offer", lambda: is_said(shop, number, "**Offered for"))
    await github.comment("requester", SHOP, number, "/claude describe apply")
    await until("its taking", lambda: is_said(shop, number, "**requester took:** the title, the description"))


def is_said(shop: Repository, number: int, words: str) -> bool:
    """Whether a comment there says so."""
    return any(words in each.body for each in shop.comments.values() if each.issue == number)
