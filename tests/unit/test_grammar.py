"""What is a command, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commands import Command, Misspoken, Spoken, read
from bot.domain.policy import Permission

APPROVE = Command(name="approve", usage="approve", help="open the gate", needs=Permission.APPROVE)
HELP = Command(name="help", usage="help", help="say what you may do", needs=None)
INTEGRATE = Command(
    name="integrate", usage="integrate <what>", help="…", needs=Permission.WRITE, options=("base", "budget")
)
KNOWN = (APPROVE, HELP, INTEGRATE)
HELP_TEXT = "| say | and I will |\n|---|---|\n| `/claude approve` | open the gate |"
REPLY_TAIL = "Looks good to me.\n\nOn Thu, 1 Jan 2026 at 09:00, admin wrote:\n> /claude approve"

LOOK_ALIKES = {
    "nothing": "",
    "blank": " \n\t\n",
    "a quotation": "> /claude approve",
    "a quotation without a space": ">/claude approve",
    "a quotation in a quotation": ">> /claude approve",
    "a fence": "```\n/claude approve\n```",
    "a fence with a language": "```sh\n/claude approve\n```",
    "a fence of tildes": "~~~\n/claude approve\n~~~",
    "code in the line": "`/claude approve`",
    "double code in the line": "``/claude approve``",
    "code by four spaces": "    /claude approve",
    "code by a tab": "\t/claude approve",
    "one space": " /claude approve",
    "one space after blank lines": "\n\n /claude approve",
    "an HTML comment": "<!-- /claude approve -->",
    "an HTML comment over lines": "<!--\n/claude approve\n-->",
    "after an HTML comment": "<!-- x -->/claude approve",
    "a folded part": "<details>\n/claude approve\n</details>",
    "preformatted": "<pre>\n/claude approve\n</pre>",
    "a reply's tail": REPLY_TAIL,
    "a forwarded mail": "-----Original Message-----\n/claude approve",
    "the bot's own help": HELP_TEXT,
    "a help line alone": "| `/claude approve` | open the gate |",
    "after a greeting": "Hello!\n/claude approve",
    "after a sentence": "Please say /claude approve",
    "after a mention": "@claude /claude approve",
    "a heading": "# /claude approve",
    "a list": "- /claude approve",
    "a list with a star": "* /claude approve",
    "a numbered list": "1. /claude approve",
    "a task": "- [ ] /claude approve",
    "bold": "**/claude approve**",
    "italic": "_/claude approve_",
    "struck out": "~~/claude approve~~",
    "a link": "[/claude approve](https://example.com)",
    "a path": "/claude/approve",
    "a longer word": "/claudette approve",
    "run together": "/claudeapprove",
    "a colon": "/claude: approve",
    "a dash": "/claude-approve",
    "a comma": "/claude, approve",
    "escaped": "\\/claude approve",
    "two slashes": "//claude approve",
    "no slash": "claude approve",
    "a dot first": "./claude approve",
    "another bot's": "/approve",
    "an e-mail address": "/claude@example.com approve",
    "a capital": "/Claude approve",
    "all capitals": "/CLAUDE approve",
}
CONFUSABLES = {
    "a Cyrillic letter": "/cl\u0430ude approve",
    "a Cyrillic e": "/claud\u0435 approve",
    "full width": "\uff0fclaude approve",
    "all of full width": "\uff0f\uff43\uff4c\uff41\uff55\uff44\uff45 approve",
    "a division slash": "\u2215claude approve",
    "a fraction slash": "\u2044claude approve",
    "a zero-width space before": "\u200b/claude approve",
    "a zero-width space within": "/cl\u200baude approve",
    "a zero-width space behind": "/claude\u200b approve",
    "a byte order mark": "\ufeff/claude approve",
    "a word joiner": "/claude\u2060 approve",
    "a soft hyphen": "/clau\u00adde approve",
    "a no-break space": "/claude\u00a0approve",
    "an ideographic space": "/claude\u3000approve",
    "an em space": "/claude\u2003approve",
    "a line separator before": "\u2028/claude approve",
    "a paragraph separator before": "\u2029/claude approve",
    "a next line before": "\u0085/claude approve",
    "a form feed before": "\f/claude approve",
    "a vertical tab before": "\v/claude approve",
    "a file separator before": "\x1c/claude approve",
    "a NUL before": "\0/claude approve",
    "a carriage return before": "\r/claude approve",
    "right to left": "\u202e/claude approve",
    "a tag character": "/claude\U000e0061 approve",
    "a long s": "/claude\u017f approve",
}
UNKNOWN = {
    "a Cyrillic letter": "/claude appr\u043eve",
    "a zero-width space": "/claude app\u200brove",
    "full width": "/claude \uff41pprove",
    "capitals": "/claude APPROVE",
    "a letter too many": "/claude approved",
    "nothing like it": "/claude xyzzy",
    "an option first": "/claude --base main",
    "a no-break space": "/claude approve\u00a0now",
}


@pytest.mark.parametrize("body", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_id_08_what_only_looks_like_a_command_is_none(body: str) -> None:
    assert read(body, KNOWN) is None


@pytest.mark.parametrize("body", CONFUSABLES.values(), ids=CONFUSABLES)
def test_id_09_no_letter_is_taken_for_another_in_the_prefix(body: str) -> None:
    assert read(body, KNOWN) is None


@pytest.mark.parametrize("body", UNKNOWN.values(), ids=UNKNOWN)
def test_id_09_a_command_that_is_not_spelled_so_is_said_to_be_unknown(body: str) -> None:
    with pytest.raises(Misspoken) as said:
        read(body, KNOWN)

    assert said.value.code == "unknown_command"


def test_the_table_of_look_alikes_is_long_enough_to_mean_something() -> None:
    assert len(LOOK_ALIKES) + len(CONFUSABLES) + len(UNKNOWN) >= 60


@pytest.mark.parametrize(
    "body",
    [
        "/claude approve",
        "/claude approve\n",
        "/claude approve\r\n",
        "\n\n/claude approve",
        "\r\n/claude approve\r\n",
        "  \n\t\n/claude approve",
        "/claude  approve",
        "/claude\tapprove ",
    ],
)
def test_a_command_stands_in_the_first_column_of_the_first_line(body: str) -> None:
    assert read(body, KNOWN) == Spoken(name="approve", text="", options={})


@pytest.mark.parametrize("body", ["/claude", "/claude \n", "/claude\napprove"])
def test_the_bare_word_asks_for_help(body: str) -> None:
    spoken = read(body, KNOWN)

    assert spoken is not None
    assert spoken.name == "help"


def test_the_text_goes_on_below() -> None:
    spoken = read("/claude integrate send invoices\r\nto the ERP\n\n- daily", KNOWN)

    assert spoken == Spoken(name="integrate", text="send invoices\nto the ERP\n\n- daily", options={})


@pytest.mark.parametrize(
    "words",
    ["--base next --budget 3 send it", "send it --budget 3 --base next", "send --base next it --budget 3"],
)
def test_options_stand_before_behind_or_between(words: str) -> None:
    spoken = read(f"/claude integrate {words}", KNOWN)

    assert spoken == Spoken(name="integrate", text="send it", options={"base": "next", "budget": "3"})


def test_below_the_first_line_nothing_is_an_option() -> None:
    spoken = read("/claude integrate send it\n--base evil", KNOWN)

    assert spoken == Spoken(name="integrate", text="send it\n--base evil", options={})


def test_where_all_of_it_is_text_nothing_is_an_option() -> None:
    ask = Command(name="ask", usage="ask <question>", help="…", needs=Permission.WRITE, is_free=True)

    spoken = read("/claude ask what does --base do?\n--base", [ask])

    assert spoken == Spoken(name="ask", text="what does --base do?\n--base", options={})


@pytest.mark.parametrize(
    "word",
    [
        "--openai.key=sk-1",
        "--config__x=1",
        "--base=main",
        "--model",
        "--anthropic.base_url=https://evil.example",
        "--self-approval=true",
        "--limits.turns=9999",
        "--Base",
        "--",
        "--bas\u0435",
    ],
)
def test_rc_03_no_setting_is_made_from_a_comment(word: str) -> None:
    with pytest.raises(Misspoken) as said:
        read(f"/claude integrate send it {word} 1", KNOWN)

    assert (said.value.code, said.value.word) == ("unknown_option", word[:40])


def test_rc_03_a_command_without_options_takes_none() -> None:
    with pytest.raises(Misspoken, match="unknown_option"):
        read("/claude approve --base main", KNOWN)


@pytest.mark.parametrize("words", ["send --base", "--base --budget 3", "--budget"])
def test_an_option_without_a_value_is_named(words: str) -> None:
    with pytest.raises(Misspoken) as said:
        read(f"/claude integrate {words}", KNOWN)

    assert said.value.code == "option_without_value"


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("aprove", "approve"),
        ("APPROVE", "approve"),
        ("intergrate", "integrate"),
        ("hlep", "help"),
        ("xyzzy", None),
    ],
)
def test_an_unknown_command_gets_the_nearest_one(typed: str, nearest: str | None) -> None:
    with pytest.raises(Misspoken) as said:
        read(f"/claude {typed}", KNOWN)

    assert (said.value.code, said.value.word, said.value.nearest) == ("unknown_command", typed, nearest)


def test_a_very_long_unknown_word_is_shown_in_part() -> None:
    with pytest.raises(Misspoken) as said:
        read(f"/claude {'a' * 5000}", KNOWN)

    assert (len(said.value.word), said.value.nearest) == (40, None)


@given(
    st.lists(
        st.sampled_from(["/claude", " ", "\n", "\r", "\t", ">", "`", "approve", "--base", "x", "\u2028"])
    ).map("".join)
)
def test_id_08_only_a_first_line_that_begins_with_it_can_be_one(body: str) -> None:
    try:
        spoken = read(body, KNOWN) is not None
    except Misspoken:
        spoken = True

    first = next((line for line in body.replace("\r\n", "\n").split("\n") if line.strip(" \t")), "")
    assert not spoken or first.startswith("/claude")
