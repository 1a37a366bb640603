"""What a repository may say of itself, and how a mistake is named."""

from time import process_time

import pytest

from bot.application.configuration import Configuration, parse, values_of
from bot.records import StepFailed

DEEP = b"test: " + b"[" * 21 + b"]" * 21
BOMB = b"\n".join([
    b"a: &a [x, x]",
    *(
        f"{new}: &{new} [*{old}, *{old}]".encode()
        for old, new in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")]
    ),
])


def refused(content: bytes) -> str:
    with pytest.raises(StepFailed) as failure:
        parse(content)
    assert failure.value.code == "bad_configuration"
    return failure.value.detail


@pytest.mark.parametrize("content", [None, b"", b"\n", b"# nothing yet\n", b"---\n"])
def test_where_nothing_is_said_the_defaults_hold(content: bytes | None) -> None:
    assert parse(content) == Configuration(
        test=None,
        environment="production",
        merge_method=None,
        merge_reverts=False,
        test_remarks="report",
        not_secret=[],
    )


def test_all_of_it() -> None:
    said = parse(
        b"test: uv run pytest -q -k 'not slow'\nenvironment: staging/eu-1\n"
        b"merge_method: squash\nmerge_reverts: true\ntest_remarks: refuse\n"
        b"not_secret: [tests/server.key, .env]\n"
    )

    assert said.command == ("uv", "run", "pytest", "-q", "-k", "not slow")
    assert (said.environment, said.merge_method, said.merge_reverts) == ("staging/eu-1", "squash", True)
    assert (said.test_remarks, said.not_secret) == ("refuse", ["tests/server.key", ".env"])
    assert values_of(said)["not_secret"] == ("tests/server.key, .env", True)


def test_without_a_command_there_are_no_words() -> None:
    assert parse(b"environment: production").command == ()


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"auto_merge: true", "auto_merge: Extra inputs are not permitted"),
        (b"test: 5", "test: Input should be a valid string"),
        (b"test: ''", "test: String should have at least 1 character"),
        (b"test: pytest 'x", "test: Value error, No closing quotation"),
        (b"merge_reverts: 1", "merge_reverts: Input should be a valid boolean"),
        (b"merge_method: octopus", "merge_method: Input should be 'merge', 'squash' or 'rebase'"),
        (b"environment: [a]", "environment: Input should be a valid string"),
        (b"test_remarks: ignore", "test_remarks: Input should be 'report' or 'refuse'"),
        (b"not_secret: .env", "not_secret: Input should be a valid list"),
        (b"not_secret: [1]", "not_secret.0: Input should be a valid string"),
        (b"not_secret: [a" + b", a" * 50 + b"]", "not_secret: List should have at most 50 items"),
        (b"ok: 1\ntest: [", "line 2: expected the node content"),
        (b"test: pytest\n\ttabs: 1", "line 2: found character"),
        (b"test: a\n---\ntest: b", "line 2: but found another document"),
        (b"x: &a 1\ny: *a", "line 2: aliases are not allowed"),
        (DEEP, "line 1: nested too deeply"),
        (b"test: !!python/name:os.system x", "line 1: tags are not allowed"),
        (b"test: !!int ''", "line 1: tags are not allowed"),
        (b"test: !!timestamp x", "line 1: tags are not allowed"),
        (b"test: !!set {a, b}", "line 1: tags are not allowed"),
    ],
)
def test_rc_02_a_mistake_is_named_with_its_place(content: bytes, where: str) -> None:
    assert where in refused(content)


@pytest.mark.parametrize("content", [b"[]", b"false", b"0", b"''", b"- test", b"just words"])
def test_what_is_no_mapping_is_refused(content: bytes) -> None:
    assert "valid dictionary" in refused(content)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"test: \xff", b"test: 2026-99-99", b"test: 0b_", b"\0"])
def test_what_cannot_be_read_is_refused_and_breaks_nothing(content: bytes) -> None:
    assert refused(content)


@pytest.mark.parametrize(
    "environment",
    ["'@org/team'", "'x\n\n/lgtm'", '"x\\n\\n/lgtm"', "'-x'", "' '", "''", "'`x`'", "'<b>'", "'x #1 [y](z)'"],
)
def test_out_01_an_environments_name_holds_nothing_that_acts(environment: str) -> None:
    assert refused(f"environment: {environment}".encode()).startswith("environment: ")


def test_rc_18_an_alias_bomb_is_refused_before_it_is_built() -> None:
    assert refused(BOMB) == "line 2: aliases are not allowed"


def test_rc_18_a_large_file_is_not_read() -> None:
    assert refused(b"#" * 65_537) == "larger than 65536 bytes"


@pytest.mark.parametrize(
    "content",
    [b"test: " + b"1:" * 32_000 + b"1", b"[" * 65_000, b"{a: " * 16_000, b"- " * 32_000, b"'" * 65_000],
)
def test_rc_19_no_file_takes_long(content: bytes) -> None:
    began = process_time()

    refused(content)

    assert process_time() - began < 2
