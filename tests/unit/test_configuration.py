"""What a repository may say of itself, and how a mistake is named."""

import json
from time import process_time

import pytest

from bot.application.configuration import Configuration, setup_of
from bot.application.configuration_file import read_configuration
from bot.application.configuration_values import values_of
from bot.application.fault_words import fault
from bot.domain.setting_up import SetUp

DEEP = b"test: " + b"[" * 21 + b"]" * 21
BOMB = b"\n".join([
    b"a: &a [x, x]",
    *(
        f"{new}: &{new} [*{old}, *{old}]".encode()
        for old, new in [("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")]
    ),
])


def parse(content: bytes | None) -> Configuration:
    reading = read_configuration(content)
    assert reading.faults == ()
    return reading.configuration


def refused(content: bytes) -> str:
    """Each fault with its line."""
    reading = read_configuration(content)
    assert (reading.configuration, reading.lines) == (Configuration(), {})
    return "\n".join(map(fault, reading.faults))


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
        b"not_secret: [tests/server.key, .env]\nchecks: {send_back: false}\n"
    )

    assert said.command == ("uv", "run", "pytest", "-q", "-k", "not slow")
    assert (said.environment, said.merge_method, said.merge_reverts) == ("staging/eu-1", "squash", True)
    assert (said.test_remarks, said.not_secret) == ("refuse", ["tests/server.key", ".env"])
    assert not said.checks.send_back
    assert values_of(said)["not_secret"] == "tests/server.key, .env"


@pytest.mark.parametrize(
    ("content", "setup"),
    [
        (b"", SetUp(is_detected=True)),
        (b"setup: []", SetUp()),
        (b"setup: [make deps, sh 'a b']", SetUp(lines=("make deps", "sh 'a b'"))),
        (b"setup: [sh x]\nsetup_files: [tools]", SetUp(lines=("sh x",), files=("tools",))),
    ],
)
def test_a_set_up_is_told_from_the_files_unless_it_is_said(content: bytes, setup: SetUp) -> None:
    assert setup_of(parse(content), detects=True) == setup


def test_without_a_host_to_ask_nothing_is_told_from_the_files() -> None:
    assert setup_of(parse(None), detects=False) == SetUp()


@pytest.mark.parametrize("line", [b'setup: ["a \'b"]', b"setup: [' ']", b'setup: ["a\\0"]', b"setup: make"])
def test_a_command_of_a_set_up_that_is_none_is_refused(line: bytes) -> None:
    assert "`setup" in refused(line)


def test_without_a_command_there_are_no_words() -> None:
    assert parse(b"environment: production").command == ()


TOO_MANY_TEAMS = b"approval_paths:\n" + b"".join(
    b"  - {path: a, by: ['@acme/t%d', '@acme/u%d']}\n" % (n, n) for n in range(6)
)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"auto_merge: true", "line 1: `auto_merge`: there is no such key. The keys are "),
        (b"\n\ntests: pytest", "line 3: `tests`: there is no such key. Did you mean `test`?"),
        (b"test: 5", "line 1: `test`: has to be text; in quotes where"),
        (b"test: ''", "line 1: `test`: has to have at least 1 character."),
        (b"test: pytest 'x", "line 1: `test`: No closing quotation."),
        (b'test: "a\\0b"', "line 1: `test`: a command cannot hold a NUL."),
        (b"approvals: 2\nmerge_reverts: 1", "line 2: `merge_reverts`: has to be true or false, without"),
        (b"approvals: 0", "line 1: `approvals`: has to be at least 1."),
        (b"approvals: 11", "line 1: `approvals`: has to be at most 10."),
        (b"approvals: '2'", "line 1: `approvals`: has to be a whole number, without quotes."),
        (b"merge_method: octopus", "`merge_method`: has to be 'merge', 'squash' or 'rebase'."),
        (b"environment:\n  [a]", "line 1: `environment`: has to be text"),
        (b"environment: " + b"x" * 256, "`environment`: has to have at most 255 characters."),
        (b"test_remarks: ignore", "line 1: `test_remarks`: has to be 'report' or 'refuse'."),
        (b"checks: off", "line 1: `checks`: has to be a mapping of keys to values."),
        (b"approval_days: 91", "line 1: `approval_days`: has to be at most 90."),
        (b"approval_paths:\n  - count: 2", "line 2: `approval_paths.0.path`: has to be said."),
        (b"approval_paths:\n  - payments/", "line 2: `approval_paths.0`: has to be a mapping"),
        (
            b"approval_paths:\n  - path: '!a'",
            "line 2: `approval_paths.0.path`: this is no pattern as CODEOWNERS",
        ),
        (
            b"approval_paths:\n  - path: 'a b'",
            "line 2: `approval_paths.0.path`: this is no pattern as CODEOWNERS",
        ),
        *(
            (
                b"approval_paths:\n  - path: '" + meant + b"'",
                "line 2: `approval_paths.0.path`: no path of a repository is like this.",
            )
            for meant in (b"./pay/", b"a//b", b"../pay/**", b"a/./b", b"a/../b", b"pay\\", b"#pay")
        ),
        (
            b"approval_paths:\n  - path: a\n    role: owner",
            "line 3: `approval_paths.0.role`: has to be 'developer'",
        ),
        (
            b"approval_paths:\n  - {path: a, count: 2, by: ['@a', '@A']}",
            "2 have to approve, and 'by' names 1.",
        ),
        (TOO_MANY_TEAMS, "line 1: `approval_paths`: no more than 10 teams can be named."),
        (b"checks: {send_back: 1}", "line 1: `checks.send_back`: has to be true or false"),
        (b"checks: {rounds: 9}", "line 1: `checks.rounds`: there is no such key."),
        (b"not_secret: .env", "line 1: `not_secret`: has to be a list: a line with `- ` for each."),
        (b"not_secret:\n  - a\n  - 1", "line 3: `not_secret.1`: has to be text"),
        (b"not_secret: [a" + b", a" * 50 + b"]", "`not_secret`: has to have at most 50 entries."),
        (b"ok: 1\ntest: [", "line 2: this is no YAML (expected the node content"),
        (b"test: pytest\n\ttabs: 1", "line 2: this is no YAML (found character '\\t' that cannot start"),
        (b"test: a\n---\ntest: b", "line 2: this is no YAML (but found another document). Look at"),
        (b"test: a\napprovals: 2\n\ntest: b", "line 4: `test`: this key stands here already. Keep one"),
        (b"not_secret:\n  - a: 1\n    a: 2", "line 3: `a`: this key stands here already."),
        (b"<<: {approvals: 2}", "line 1: a key has to be a plain word."),
        (b"? [a]\n: b", "line 1: a key has to be a plain word."),
        (b"yes: b", "line 1: a key has to be a plain word."),
        (b"x: &a 1\ny: *a", "line 2: aliases are not allowed. Write the value out."),
        (DEEP, "line 1: nested too deeply"),
        (b"test: !!python/name:os.system x", "line 1: tags are not allowed"),
        (b"test: !!int ''", "line 1: tags are not allowed"),
        (b"test: !!timestamp x", "line 1: tags are not allowed"),
        (b"test: !!set {a, b}", "line 1: tags are not allowed"),
        (b"approvals: 2\ntest: \xff", "line 2: this is no UTF-8 text. Save the file as UTF-8."),
        (b"approvals: 2\ntest: 2026-99-99", "line 2: `test`: this value cannot be read. Put it in quotes"),
        (b"approvals: 2\n\0", "line 2: a character that no YAML may hold. Remove it."),
        (b'approvals: 2\ntest: "\\UFFFFFFFF"', "line 2: a character that no YAML may hold. Remove it."),
        (b'approvals: 2\ntest: "\\U00110000"', "line 2: a character that no YAML may hold. Remove it."),
    ],
)
def test_rc_02_a_mistake_is_named_with_its_place(content: bytes, where: str) -> None:
    assert where in refused(content)


@pytest.mark.parametrize("content", [b"[]", b"false", b"0", b"''", b"- test", b"just words"])
def test_what_is_no_mapping_is_refused(content: bytes) -> None:
    assert refused(content).startswith("line 1: a mapping of keys to values is wanted.")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"test: \xff", b"test: 2026-99-99", b"test: 0b_", b"\0"])
def test_what_cannot_be_read_is_refused_and_breaks_nothing(content: bytes) -> None:
    assert refused(content)


@pytest.mark.parametrize(
    "environment",
    ["'@org/team'", "'x\n\n/lgtm'", '"x\\n\\n/lgtm"', "'-x'", "' '", "''", "'`x`'", "'<b>'", "'x #1 [y](z)'"],
)
def test_out_01_an_environments_name_holds_nothing_that_acts(environment: str) -> None:
    assert refused(f"environment: {environment}".encode()).startswith("line 1: `environment`: ")


def test_every_mistake_is_named_at_once_in_the_order_of_the_lines() -> None:
    said = refused(b"tests: a\napprovals: 0\n1: x\nmerge_reverts: maybe\ntest: 0b_\n")

    assert [line.partition(":")[0] for line in said.splitlines()] == [f"line {n}" for n in range(1, 6)]


def test_of_very_many_mistakes_the_first_are_named() -> None:
    said = refused(b"".join(b"k%d: 1\n" % number for number in range(1000)))

    assert len(said.splitlines()) == 50


def test_a_file_says_in_which_line_each_key_stands() -> None:
    reading = read_configuration(b"# ours\ntest: pytest\n\nnot_secret:\n  - a\n")

    assert reading.lines == {"test": 2, "not_secret": 4}


@pytest.mark.parametrize("key", ["@org/team", "`x`", "x" * 5000, "</details>", "/lgtm", "<!-- marker -->"])
def test_out_02_of_a_files_own_words_only_keys_are_said_and_nothing_in_them_acts(key: str) -> None:
    said = refused(f"{json.dumps(key)}: secret-value".encode())

    assert "secret-value" not in said
    assert len(said) < 500
    assert not set(said.split(": ")[1][1:-1]) & {"`"}
    assert "@org" not in said
    assert "<!--" not in said


def test_rc_18_an_alias_bomb_is_refused_before_it_is_built() -> None:
    assert refused(BOMB) == "line 2: aliases are not allowed. Write the value out."


def test_rc_18_a_large_file_is_not_read() -> None:
    assert refused(b"#" * 65_537) == "line 1: larger than 65536 bytes. Shorten it."


@pytest.mark.parametrize(
    "content",
    [b"test: " + b"1:" * 32_000 + b"1", b"[" * 65_000, b"{a: " * 16_000, b"- " * 32_000, b"'" * 65_000],
)
def test_rc_19_no_file_takes_long(content: bytes) -> None:
    began = process_time()

    refused(content)

    assert process_time() - began < 2


@pytest.mark.parametrize(
    ("said", "way"),
    [
        (b"", "deployment"),
        (b"deploy: {by: deployment}", "deployment"),
        (b"deploy: {by: merge}", "merge"),
        (b"deploy: {workflow: deploy.yml}", "workflow"),
    ],
)
def test_it_says_how_what_is_merged_goes_out(said: bytes, way: str) -> None:
    assert read_configuration(said).configuration.deploy.way == way


@pytest.mark.parametrize(
    "deploy",
    [
        "{by: magic}",
        "{by: merge, workflow: deploy.yml}",
        "{inputs: {target: eu}}",
        "{workflow: ../deploy.yml}",
        "{workflow: .deploy.yml}",
        "{workflow: deploy.sh}",
        "{workflow: a/b.yml}",
        "{workflow: deploy.yml, inputs: {a b: c}}",
        "{workflow: deploy.yml, inputs: {a: 3}}",
        f"{{workflow: deploy.yml, inputs: {{a: {'x' * 1001}}}}}",
        f"{{workflow: deploy.yml, inputs: {{{', '.join(f'a{n}: x' for n in range(25))}}}}}",
        "deploy.yml",
    ],
)
def test_a_way_that_is_none_is_refused(deploy: str) -> None:
    assert refused(f"deploy: {deploy}\n".encode()).startswith("line 1: `deploy")
