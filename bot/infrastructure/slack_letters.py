"""What is to be said in Slack as the engine carries it: sealed, each for its own name."""

import json
from base64 import b64decode, b64encode
from typing import Final

from bot.infrastructure.crypto import Crypto
from bot.slack_records import Said

PURPOSE: Final = "slack letters"


class SlackLetters:
    """Words between the one who has something to say and the step that says it."""

    def __init__(self, crypto: Crypto) -> None:
        self._box = crypto.box(PURPOSE)

    def seal(self, said: Said, *, name: str) -> str:
        """As text."""
        content = json.dumps({"text": said.text, "blocks": list(said.blocks)}).encode()
        return b64encode(self._box.seal(content, about=name.encode())).decode()

    def open(self, letter: str, *, name: str) -> Said:
        """What it says. Raises NotSealedHere."""
        content = json.loads(self._box.open(b64decode(letter), about=name.encode()))
        return Said(text=content["text"], blocks=content["blocks"])
