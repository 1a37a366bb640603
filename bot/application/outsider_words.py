"""Every sentence about what outsiders' text takes away, and who can give it back."""

from collections.abc import Sequence

from bot.application.reasons import code
from bot.domain.commands import PREFIX


def read(outsiders: Sequence[str], *, may_install: bool) -> list[str]:
    """Whose text was read that may not write here, and what follows; nothing where there is none."""
    if not outsiders:
        return []
    named = ", ".join(code(login) for login in outsiders)
    told = f"The model reads text by {named}, who may not write here."
    follows = "" if may_install else " So nothing further is installed for it until a person grants that."
    return [f"{told}{follows}"]


def waits(paths: Sequence[str]) -> str:
    """What waits to be granted, and how it is."""
    named = ", ".join(code(path) for path in paths)
    return (
        f"**Waits for a grant**: the change asks for something else to be installed ({named}), and the model "
        f"read text by somebody who may not write here. Somebody with write access lets it be installed by "
        f"`{PREFIX} approve`, or ends it by `{PREFIX} reject <why>`. That approves nothing else."
    )


def granted(*, by: str) -> str:
    """To whoever granted it."""
    return f"@{by}, what its changes ask for is installed from now on. The change itself is not approved."
