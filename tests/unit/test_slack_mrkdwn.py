"""Our Markdown as Slack reads it."""

import re
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.domain.slack_mrkdwn import CUT, LONGEST, escaped, mrkdwn

HOSTILE: Final = (
    "<!channel>",
    "<!here|here>",
    "<@U12345>",
    "<#C12345>",
    "<!subteam^S1>",
    "<https://evil.example|https://bank.example>",
    "&lt;!channel&gt;",
    "`<!channel>`",
    "```\n<!channel>\n```",
    "[https://bank.example](https://evil.example)",
    "**<@U1>**",
)


def test_what_ours_is_made_of() -> None:
    said = mrkdwn(
        "# A title\n\nSome **bold**, _thin_, ~~gone~~ and `code`.\nA second line  \nand a third.\n\n"
        "- one\n  - under it\n- two\n\n3. three\n4. four\n\n> quoted\n> on\n\n```python\nx = 1 < 2\n```\n\n"
        "    indented\n\n| say | do |\n|---|---|\n| a | b |\n\n---\n\n<details>hidden</details>\n\n"
        "[page](https://e.org/?a=1&b=2) <https://e.org/x> ![picture](https://e.org/p.png)"
    )

    assert said == snapshot("""\
*A title*

Some *bold*, _thin_, ~gone~ and `code`.
A second line
and a third.

• one
    • under it
• two

3. three
4. four

> quoted
> on

```
x = 1 &lt; 2
```

```
indented
```

say · do
a · b

page (<https://e.org/?a=1&amp;b=2>) <https://e.org/x> \
""")


def test_in_a_table_nothing_stands_between_words_and_nothing() -> None:
    said = mrkdwn("| step | | took |\n|---|---|---|\n| a | to come |  |\n| b |  | 3 s |\n| c |  |  |")

    assert said == "step · took\na · to come\nb ·  · 3 s\nc"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_sl_14_nothing_in_a_text_commands_slack(hostile: str) -> None:
    for said in (escaped(hostile), mrkdwn(hostile), mrkdwn(f"- {hostile}")):
        assert not re.search(r"<[!@#]", said)
        assert not re.search(r"<[^>]*\|", said)


def test_sl_14_a_link_shows_where_it_leads() -> None:
    assert mrkdwn("[https://bank.example](https://evil.example)") == (
        "https://bank.example (<https://evil.example>)"
    )
    assert mrkdwn("[click](javascript:alert(1)) [pipe](https://e.org/a|b>c)") == (
        "click pipe (<https://e.org/a%7Cb%3Ec>)"
    )


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x85", "\u202e", "\u200c", "\u2066", "\ufeff", "\u00ad"])
def test_sl_14_what_shows_nothing_is_shown_as_what_it_is(sign: str) -> None:
    assert escaped(f"a{sign}b") == rf"a\u{ord(sign):04x}b"


@pytest.mark.parametrize("text", ["<\u200b!channel>", "@\u200bacme/billing", "``\u200b`"])
def test_sl_14_what_keeps_words_from_acting_on_github_is_left_out(text: str) -> None:
    assert escaped(text) == escaped(text.replace("\u200b", ""))
    assert "\u200b" not in mrkdwn(text)


def test_code_is_not_left_by_a_sign_in_it() -> None:
    assert mrkdwn("`` a`b ``") == "`a\u02bcb`"
    assert mrkdwn("````\n```\n<!here>\n````").count("```") == 2


def test_what_is_too_long_is_cut_at_a_line() -> None:
    said = mrkdwn("line  \n" * 20_000)

    assert len(said) <= LONGEST + len(CUT)
    assert said.endswith(f"line{CUT}")


@given(st.text(alphabet="<>&!@#|`*_~[]()\\ \nab:/.-", max_size=60))
def test_sl_14_no_text_whatever_makes_a_command(text: str) -> None:
    said = mrkdwn(text)

    assert all(each.startswith(("http://", "https://")) for each in re.findall(r"<([^>]*)", said))
