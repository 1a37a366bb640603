"""Secrets in a repository, an issue and what tests print: what the model is shown, what people are told."""

import json
from collections.abc import Mapping
from typing import Final

import pytest

from bot.domain.secrecy import MARK
from bot.domain.states import State
from standins.claude_replies import Asked, Raw, Reply, bash, calls, edit, says
from tests.story import Team
from tests.story.scripts import SUMMARY, spec, wants_a_spec

# Made up for these tests; each has the form of a real one.
TOKEN: Final = "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a"
AWS: Final = "wJalrXUtnFEMI" + "K7MDENGbPxRfiCYzGk3pQ8sT1uv"
WEBHOOK: Final = "https://hooks.slack.com/services/" + "T0AB12CD3/B0AB12CD3/a1b2c3d4e5f6g7h8i9j0k1l2"
BODY: Final = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj"
KEY: Final = f"-----BEGIN PRIVATE KEY-----\n{BODY}\n{BODY[::-1]}\n-----END PRIVATE KEY-----"
BY_NAME: Final = "by-its-name-alone-5e1f"
PLANTED: Final = (TOKEN, AWS, WEBHOOK[8:], BODY, BODY[::-1], BY_NAME)

CONFIG: Final = f'''RETRIES = 3
TOKEN = "{TOKEN}"
KEY = """
{KEY}
"""
LIMIT = 10
'''
FILES: Final[Mapping[str, str]] = {
    "README.md": f"# A shop\n\nTold through {WEBHOOK} when something is sold.\n",
    "config.py": CONFIG,
    ".env": f"PASSWORD={BY_NAME}\n",
    "deploy/id_rsa": f"{BY_NAME}\n",
    "certs/made-for-tests.pem": "nothing secret\n",
    "run_tests.sh": "test ! -e .env && test ! -e deploy/id_rsa && cat certs/made-for-tests.pem config.py\n",
    ".github/claude-bot.yml": "test: sh run_tests.sh\nnot_secret: [certs/made-for-tests.pem]\n",
}
LOOKING: Final = (
    edit("look_1", "view", "config.py"),
    edit("look_2", "view", "config.py", view_range=[5, 6]),
    edit("look_3", "view", ".env"),
    edit("look_4", "view", "certs/made-for-tests.pem"),
    bash("look_5", "cat .env deploy/* certs/*; sh run_tests.sh"),
)


def spoiling(mark: str) -> tuple[Mapping[str, object], ...]:
    """Each would write the mark where the secret is."""
    return (
        edit("spoil_1", "str_replace", "config.py", old_str=f'TOKEN = "{mark}"', new_str='TOKEN = ""'),
        edit("spoil_2", "str_replace", "config.py", old_str="RETRIES = 3", new_str=f'RETRIES = "{mark}"'),
        edit("spoil_3", "insert", "config.py", insert_line=0, insert_text=f"# {mark}"),
        edit("spoil_4", "create", "config.py", file_text=f'TOKEN = "{mark}"\n'),
        bash("spoil_5", f"echo 'TOKEN = \"{mark}\"' > config.py"),
    )


def curious(asked: Asked) -> Reply | Raw | None:
    """Looks at everything, would lose what it is not shown, and then changes another line."""
    if wants_a_spec(asked):
        return spec()
    turns = (
        LOOKING,
        spoiling("[secret left out: GitHub token]"),
        (edit("change", "str_replace", "config.py", old_str="LIMIT = 10", new_str="LIMIT = 20"),),
    )
    return calls(*turns[asked.turns]) if asked.turns < len(turns) else says(SUMMARY)


STORY: Final = pytest.mark.parametrize(("files", "script"), [(FILES, curious)])


async def up_for_approval(team: Team) -> tuple[list[str], str, str]:
    """What the model's tools answered, what it was asked in all, and the status comment."""
    issue = await team.requester.opens_an_issue(body=f"Use `aws_secret_access_key = {AWS}` for it.")
    await team.requester.comments("/claude integrate raise the limit", on=issue)
    await team.bot.has_a_pull_request(on=issue)
    await team.bot.comes_to_rest()
    asked = [dict(request) for request in team.claude.requests]
    return [*Asked(body=asked[-1]).results], json.dumps(asked), issue.status_comment()


@STORY
async def test_sx_07_no_planted_secret_reaches_the_model(team: Team) -> None:
    results, told, _ = await up_for_approval(team)

    assert [secret for secret in PLANTED if secret in told] == []
    assert [secret[:20] for secret in PLANTED if secret[:20] in told] == []
    assert told.count(MARK) > 10
    assert "nothing secret" in results[3]
    assert "nothing secret" in results[4]
    assert "LIMIT = 10" in results[0]


@STORY
async def test_sx_07_the_model_is_told_what_the_marks_are(team: Team) -> None:
    results, _, _ = await up_for_approval(team)

    assert "[secret left out: private key]" in results[0]
    assert all(MARK in request["system"][0]["text"] for request in team.claude.requests)


@STORY
async def test_sx_07_no_edit_writes_a_mark_over_a_secret(team: Team) -> None:
    results, _, _ = await up_for_approval(team)

    refused = results[len(LOOKING) : len(LOOKING) + 5]
    assert all("that mark stands for a secret" in said for said in refused[:4])
    assert "- config.py: secret_mark" in refused[4]
    pull = team.github.pull(2)
    assert team.github.file("config.py", branch=pull.branch) == CONFIG.replace("LIMIT = 10", "LIMIT = 20")


@STORY
async def test_sx_07_people_are_told_what_was_left_out(team: Team) -> None:
    _, _, status = await up_for_approval(team)

    assert "Shown neither to the model nor to the tests, for their names: `.env`, `deploy/id_rsa`." in status
    assert "because it looks like a secret: AWS key, GitHub token, Slack token, private key." in status


RED: Final = {
    **FILES,
    "run_tests.sh": "test -e certs/made-for-tests.pem\n",
    ".github/claude-bot.yml": "test: sh run_tests.sh\n",
}


@pytest.mark.parametrize("files", [RED])
async def test_sx_07_where_the_tests_need_such_a_file_it_is_said_how_to_vouch_for_it(team: Team) -> None:
    issue = await team.asks()

    await team.bot.reaches(State.FAILED, because="tests_red")

    await team.bot.comes_to_rest()
    assert "name it there under `not_secret:`" in issue.status_comment()
    assert "`.env`, `certs/made-for-tests.pem`, `deploy/id_rsa`" in issue.status_comment()
