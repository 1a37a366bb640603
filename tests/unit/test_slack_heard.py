"""What somebody writes to the bot in Slack: their words, the commands that they are, and what they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.slack_heard import MOST_NAMED, Named, exact, is_to, named_in, plain, words_to
from bot.domain.slack_places import Numbered

BOT = "UBOT"
KNOWN = frozenset((
    "approve", "budget", "freeze", "help", "history", "integrate", "link", "list", "plan", "review", "status",
    "why",
))  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<https://x.example/a|the page>", "the page (https://x.example/a)"),
        ("<https://x.example/a>", "https://x.example/a"),
        ("<http://x.example|x.example>", "http://x.example"),
        ("<!channel> <!here|here> <!subteam^S1|@team> <!subteam^S1>", "@channel @here @@team @subteam"),
        ("<@U1|bob> and <@U2> in <#C1|shop>", "@bob and @U2 in #shop"),
        ("  plain  ", "plain"),
    ],
)
def test_a_message_reads_as_people_read_it(text: str, reads: str) -> None:
    assert plain(text) == reads


@pytest.mark.parametrize(
    ("text", "spoken_to"),
    [
        ("<@UBOT> help", True),
        ("hey <@UBOT>, help", True),
        ("&gt; <@UBOT> help", False),
        ("> <@UBOT> help\nis what he said", False),
        ("```\n<@UBOT> help\n```", False),
        ("write `<@UBOT> help`", False),
        ("<@UOTHER> help", False),
        ("help", False),
    ],
)
def test_a_name_in_a_quotation_or_in_code_is_no_address(text: str, *, spoken_to: bool) -> None:
    assert is_to(text, BOT) is spoken_to


@pytest.mark.parametrize(
    ("text", "words", "begins"),
    [
        ("<@UBOT> status x", "status x", True),
        ("  <@UBOT>: status x", "status x", True),
        ("hey <@UBOT>, why?", "hey, why?", False),
        ("is <@UBOT> there", "is there", False),
        ("status", "status", False),
        ("<@UBOT>", "", True),
    ],
)
def test_words_are_said_without_the_bots_name(text: str, words: str, *, begins: bool) -> None:
    assert words_to(text, BOT) == (words, begins)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("", "/claude help"),
        ("help", "/claude help"),
        ("Help!", "/claude help"),
        ("status abcdefghij", "/claude status abcdefghij"),
        ("status abcdefghij?", "/claude status abcdefghij"),
        ("list acme/Shop", "/claude list acme/Shop"),
        ("review #12", "/claude review #12"),
        ("review acme/shop#12", "/claude review acme/shop#12"),
        ("/claude approve abcdefghij", "/claude approve abcdefghij"),
        ("/claude", "/claude"),
        ("/claude integrate a\nb", "/claude integrate a\nb"),
        ("/claudette", None),
        ("status of the invoices", None),
        ("status please", None),
        ("why is it so", None),
        ("why?", None),
        ("why abcdefghij", "/claude why abcdefghij"),
        ("status?", "/claude list"),
        ("help me", None),
        ("approve", None),
        ("approve abcdefghij", None),
        ("freeze", None),
        ("integrate acme/shop", None),
        ("hello", None),
    ],
)
def test_only_what_is_a_command_to_the_letter_is_one(words: str, command: str | None) -> None:
    assert exact(words, KNOWN) == command


def test_in_the_thread_of_a_run_that_one_is_meant_where_none_is_named() -> None:
    assert exact("status", KNOWN, run="abcdefghij") == "/claude status abcdefghij"
    assert exact("status zzzzzzzzzz", KNOWN, run="abcdefghij") == "/claude status zzzzzzzzzz"
    assert exact("list", KNOWN, run="abcdefghij") == "/claude list"


@given(st.text())
def test_no_words_without_the_commands_own_sign_decide_anything(words: str) -> None:
    command = exact(words.replace("/claude", ""), KNOWN)

    assert command is None or command.split()[1] not in {"approve", "budget", "freeze", "integrate"}


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("how is it", Named()),
        ("in acme/shop, and acme/shop.", Named(repositories=("acme/shop",))),
        ("is #12 like acme/shop#13?", Named(numbers=(Numbered("", 12), Numbered("acme/shop", 13)))),
        ("how is abcdefghij?", Named(ids=("abcdefghij",))),
        (
            "see https://github.com/acme/shop/pull/7/files",
            Named(repositories=("acme/shop",), numbers=(Numbered("acme/shop", 7),)),
        ),
        ("see https://github.com/acme/shop", Named(repositories=("acme/shop",))),
        ("see https://github.com/acme/..", Named()),
        ("see https://github.com/", Named()),
    ],
)
def test_what_words_name(words: str, named: Named) -> None:
    assert named_in(words) == named


def test_of_many_names_the_first_count() -> None:
    named = named_in(" ".join(f"acme/shop{nth} #{nth}" for nth in range(1, 9)))

    assert len(named.repositories) == len(named.numbers) == MOST_NAMED
