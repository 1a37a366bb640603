"""What the bot's branches are called: a template that a repository may say, and the name made of it."""

import re
from typing import Final

USUAL: Final = "claude/{issue}-{id}"
# The id is in every name: so it is no other integration's, and no branch that was there before.
ALLOWED: Final = r"^(?:[A-Za-z0-9._/-]|\{issue\}|\{id\})*\{id\}(?:[A-Za-z0-9._/-]|\{issue\}|\{id\})*$"
LONGEST: Final = 255
BAD_PART: Final = re.compile(r"^[.-]|\.$|\.lock$|^$")


def named(template: str, *, issue: int, integration_id: str) -> str:
    """The branch of that integration."""
    return (template or USUAL).replace("{issue}", str(issue)).replace("{id}", integration_id)


def is_a_name(template: str) -> bool:
    """Whether git takes for a branch what comes of it."""
    name = named(template, issue=1, integration_id="a")
    return ".." not in name and not any(BAD_PART.search(part) for part in name.split("/"))


def is_branch(name: str) -> bool:
    """Whether a branch could be called so; whether there is one is GitHub's to say."""
    is_short = 0 < len(name) <= LONGEST and name.isprintable()
    return is_short and " " not in name and ".." not in name and name[0] not in "-/"
