"""The signature of a delivery, by the published example and what is next to it."""

import pytest

from bot.domain.signatures import is_signed

BODY = b"Hello, World!"
SECRET = b"It's a Secret to Everybody"
GOOD = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


@pytest.mark.parametrize("secrets", [[SECRET], [b"another", SECRET], [SECRET, b"another"], [b"", SECRET]])
def test_one_of_the_secrets_is_enough(secrets: list[bytes]) -> None:
    assert is_signed(BODY, GOOD, secrets=secrets)


@pytest.mark.parametrize(
    ("body", "signature", "secrets"),
    [
        (BODY, GOOD, []),
        (BODY, GOOD, [b"another"]),
        (b"Hello, World?", GOOD, [SECRET]),
        (BODY, GOOD.upper(), [SECRET]),
        (BODY, GOOD.removeprefix("sha256="), [SECRET]),
        (BODY, GOOD[:-1], [SECRET]),
        (BODY, GOOD + "\udcff", [SECRET]),
        (BODY, "", [SECRET]),
        # The body under an empty secret: whoever forgets to set one must not open the door.
        (BODY, "sha256=2bbcfa9524f3218c7a34b30e6936f8b1a4516cb097f1a85a1c7d98b5977ec769", [b""]),
    ],
)
def test_nothing_else_is_signed(body: bytes, signature: str, secrets: list[bytes]) -> None:
    assert not is_signed(body, signature, secrets=secrets)
