"""The settings of a Slack app: what each is, for the table of them and for whoever gets one wrong."""

from typing import Annotated

from pydantic import Field

from bot.setting_forms import SigningSecret

Signing = Annotated[
    SigningSecret | None,
    Field(
        description="signs what the Slack app sends: at least 32 bytes; while it is being changed, the new "
        "one and the old one with a comma between them; without it there is no door for Slack",
        examples=["the app's signing secret"],
    ),
]
