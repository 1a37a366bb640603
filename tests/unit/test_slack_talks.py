"""What was said before in Slack: the newest of it, whose it is, and which files are read."""

import pytest

from bot.domain.slack_talks import (
    LARGEST_FILE,
    LONGEST_FILE,
    LONGEST_SAID,
    LONGEST_TALK,
    MOST_FILES,
    Line,
    TextFile,
    Unread,
    newest,
    read_as_text,
    speaker,
    why_unread,
)
from bot.slack_records import Attached, Me, SlackPerson, Uttered, Workspace

ME = Me(user="UBOT", workspace="Acme")
ACME = Workspace(team="T1")
GRID = Workspace(team="T1", enterprise="E1")


def test_the_newest_that_have_room_are_kept_in_their_order() -> None:
    lines = [Line(by="bob, U1", text=f"{nth:04}".ljust(1_000, ".")) for nth in range(100)]

    kept = newest(lines)

    assert len(kept) == LONGEST_TALK // 1_000
    assert (kept[0].text[:4], kept[-1].text[:4]) == ("0060", "0099")
    assert newest(lines[:3]) == lines[:3]
    assert newest([]) == []


def test_a_long_one_is_cut_and_says_so() -> None:
    [kept] = newest([Line(by="bob, U1", text="x" * 10_000)])

    assert kept.text == "x" * LONGEST_SAID + "\n[... cut]"


@pytest.mark.parametrize(
    ("said", "person", "workspace", "who"),
    [
        (Uttered(ts="1.0", by="UBOT", text="", is_bot=True), None, ACME, "you said"),
        (Uttered(ts="1.0", by="B1", text="", is_bot=True), None, ACME, "a bot, B1"),
        (Uttered(ts="1.0", by="U1", text=""), None, ACME, "somebody, U1"),
        (Uttered(ts="1.0", by="U1", text=""), SlackPerson(id="U1", team="T1", name="bob"), ACME, "bob, U1"),
        (Uttered(ts="1.0", by="U1", text=""), SlackPerson(id="U1", team="E1", name="bob"), GRID, "bob, U1"),
        (
            Uttered(ts="1.0", by="U1", text=""),
            SlackPerson(id="U1", team="T2", name="eve"),
            ACME,
            "eve, U1, of another organisation",
        ),
        (
            Uttered(ts="1.0", by="U1", text=""),
            SlackPerson(id="U1", team="T1", name="eve", is_stranger=True),
            ACME,
            "eve, U1, of another organisation",
        ),
        (
            Uttered(ts="1.0", by="U1", text=""),
            SlackPerson(id="U1", team="T1", name="guy", is_guest=True),
            ACME,
            "guy, U1, a guest",
        ),
    ],
)
def test_each_message_says_whose_it_is(
    said: Uttered, person: SlackPerson | None, workspace: Workspace, who: str
) -> None:
    assert speaker(said, ME, person, workspace) == who


@pytest.mark.parametrize(
    ("kind", "size", "nth", "why"),
    [
        ("text/plain", 10, 0, ""),
        ("application/json", LARGEST_FILE, MOST_FILES - 1, ""),
        ("text/csv", 10, MOST_FILES, "many"),
        ("text/csv", LARGEST_FILE + 1, 0, "large"),
        ("image/png", 10, 0, "binary"),
        ("", 10, 0, "binary"),
    ],
)
def test_which_files_are_read(kind: str, size: int, nth: int, why: str) -> None:
    assert why_unread(Attached(name="a", kind=kind, size=size), nth) == why


def test_a_file_is_read_as_the_text_that_it_is() -> None:
    file = Attached(name="a.txt", kind="text/plain", size=1)

    assert read_as_text(file, "\ufeffgrüße".encode()) == TextFile(name="a.txt", text="grüße")
    assert read_as_text(file, b"\xff\xfe\x00") == Unread(name="a.txt", why="binary")
    assert read_as_text(file, b"PK\x00\x01") == Unread(name="a.txt", why="binary")
    assert read_as_text(file, b"x" * (LONGEST_FILE + 1)) == TextFile(
        name="a.txt", text="x" * LONGEST_FILE, is_cut=True
    )
