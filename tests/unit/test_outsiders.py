"""Text by people who may not write here was read: nothing further is installed until a person grants it."""

# ruff: noqa: E501  a sentence is pinned as it is said

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from inline_snapshot import snapshot
from msgspec import structs

from bot.application import outsider_words
from bot.application.asked import Approve
from bot.application.benches import bench_of
from bot.application.commands import handle
from bot.application.fact_words import told
from bot.application.refusal_words import refusal
from bot.application.setting_up import agreed_plan, withheld
from bot.application.status_words import status_comment
from bot.application.testing import judge_change
from bot.application.texts import keep_change
from bot.application.validating import survey_repository
from bot.application.views import view_of
from bot.application.waiting_words import waiting_words
from bot.application.workbench import open_tree, run_command
from bot.domain import deciding, outsiders
from bot.domain import events as e
from bot.domain.outsiders import InstallsNotSeen
from bot.domain.policy import NothingWaits
from bot.records import FileEdit
from tests.unit.fakes import Stage
from tests.unit.histories import (
    ADMIN,
    BEGAN,
    DEVELOPER,
    ID,
    PLAN_AGREED,
    REQUEST,
    REQUESTER,
    SHOP,
    TAKEN_UP,
    WRITTEN,
    History,
    integration,
    kept,
    recorded,
)
from tests.unit.test_installed_before import AT, CODE, LETTERS, asked, stage_of

ELSEWHERE: Final = b"evil @ https://index.example.org/evil.tar.gz\n"
STRANGER: Final = (99, "stranger")
HELD: Final = replace(AT, may_install=False)
WANTED: Final = e.InstallsWanted(paths=("requirements.txt",))


def asked_on(author: Any, title: str = "ERP", body: str = "Please.") -> History:
    """Taken up, on an issue that this account wrote."""
    said = {"request": "send invoices", "issue_title": title, "issue_body": body, "issue_author": author}
    return (structs.replace(REQUEST, request=kept(json.dumps(said))), *TAKEN_UP[1:])


async def found(history: History, roles: Mapping[int, str]) -> list[str]:
    """Whose text is that of an outsider, where GitHub says these roles."""
    stage = stage_of()
    stage.log.holds(history)
    stage.repositories.roles = {REQUESTER.id: "write", **roles}
    survey = await survey_repository(stage.world, ID, key="s")
    outsiders: list[str] = json.loads(survey["outsiders"])
    return outsiders


@pytest.mark.parametrize(
    ("author", "roles", "names"),
    [
        (STRANGER, {}, ["stranger"]),
        (STRANGER, {99: "read"}, ["stranger"]),
        (STRANGER, {99: "write"}, []),
        ((REQUESTER.id, REQUESTER.login), {}, []),
        (None, {}, ["ghost"]),
    ],
)
async def test_an_outsider_is_who_wrote_the_issue_and_may_not_write_here(
    author: Any, roles: Mapping[int, str], names: list[str]
) -> None:
    assert await found(asked_on(author), roles) == names


async def test_an_issue_without_words_has_no_outsiders_and_an_older_request_names_none() -> None:
    assert await found(asked_on(STRANGER, title="", body=""), {}) == []
    assert await found(TAKEN_UP, {}) == []


async def test_sc_04_where_outsiders_had_a_word_a_change_has_nothing_further_installed() -> None:
    world = stage_of().world

    held, granted = [await agreed_plan(world, at, [LETTERS]) for at in (HELD, AT)]

    assert held == await agreed_plan(world, AT, ())
    assert granted != held


@pytest.mark.parametrize(
    ("at", "edit", "paths"),
    [
        (HELD, LETTERS, ("requirements.txt",)),
        (AT, LETTERS, ()),
        (HELD, CODE, ()),
        # Not installed in any case: a grant would change nothing.
        (
            HELD,
            FileEdit(path="requirements.txt", content=ELSEWHERE),
            (),
        ),
    ],
    ids=["more", "granted", "code", "never"],
)
async def test_only_what_a_grant_would_change_is_withheld(
    at: Any, edit: FileEdit, paths: tuple[str, ...]
) -> None:
    assert await withheld(stage_of().world, at, [edit]) == paths


async def written(edits: list[FileEdit], *granted: e.Event) -> Stage:
    """A change of these edits, up for its tests, in a run that read what a stranger wrote."""
    stage = stage_of()
    change = await keep_change(stage.world, integration(WRITTEN), edits)
    facts = list[e.Event]()
    for fact in WRITTEN:
        match fact:
            case e.RequestValidated():
                facts.append(structs.replace(fact, detects_setup=True, outsiders=("stranger",)))
            case e.ToolsRun() | e.CodeGenerated():
                facts.append(structs.replace(fact, change=change))
            case _:
                facts.append(fact)
    stage.log.holds((*facts, *granted))
    return stage


async def test_sc_04_the_tests_wait_until_a_person_grants_what_the_change_wants_installed() -> None:
    stage = await written([LETTERS])

    standings = [await judge_change(stage.world, ID, key=key) for key in ("k", "k", "again")]

    assert standings == [["testing", "install_approval"]] * 3
    assert stage.log.events()[-1] == WANTED
    assert (stage.log.events().count(WANTED), stage.sandbox.ran, asked(stage)) == (1, [], [])


async def test_once_granted_it_is_installed_and_tested() -> None:
    stage = await written([LETTERS], WANTED, e.InstallsGranted(by=DEVELOPER))

    standing = await judge_change(stage.world, ID, key="k")

    assert standing[0] == "reviewing"
    assert ["requirements.txt"] in [files for _, files in asked(stage)]


async def test_a_change_that_needs_nothing_further_is_tested_at_once() -> None:
    stage = await written([CODE])

    assert (await judge_change(stage.world, ID, key="k"))[0] == "reviewing"


async def test_a_command_of_the_model_is_told_what_is_not_there() -> None:
    stage = await written([LETTERS])
    bench = bench_of(stage.world, integration(tuple(stage.log.events())))

    ran = await run_command(bench, await open_tree(bench, [LETTERS]), "make")

    assert ran.outcome.output.splitlines()[0] == snapshot(
        "[What requirements.txt ask for beside what was installed before is not installed for this command: a person has to grant it first, and will be asked to before your change is tested.]"
    )


async def waiting() -> History:
    return tuple((await written([LETTERS], WANTED)).log.events())


async def test_a_grant_is_said_once_and_opens_no_other_gate() -> None:
    it = integration(await waiting())
    granted = integration((*await waiting(), *outsiders.grant(it, by=REQUESTER, is_early=False)))

    assert (it.waiting_for, granted.waiting_for, granted.approvals) == ("install_approval", None, ())
    assert outsiders.grant(granted, by=REQUESTER, is_early=True) == []
    assert outsiders.want(granted, ("other.txt",)) == []
    with pytest.raises(NothingWaits):
        outsiders.grant(granted, by=ADMIN, is_early=False)


async def test_what_is_granted_is_what_was_seen() -> None:
    it = integration(await waiting())

    with pytest.raises(InstallsNotSeen):
        outsiders.grant(it, by=ADMIN, is_early=False, seen=("other.txt",))
    assert outsiders.grant(it, by=ADMIN, is_early=False, seen=WANTED.paths)


async def test_what_was_not_shown_yet_is_not_granted() -> None:
    history = await waiting()
    records = [each._replace(at=each.at + timedelta(milliseconds=700)) for each in recorded(history)]
    shown = records[-1].at.replace(microsecond=0)

    assert outsiders.is_early(records, shown - timedelta(seconds=1))
    assert not outsiders.is_early(records, shown)
    assert not outsiders.is_early(records, None)
    assert not outsiders.is_early(recorded(WRITTEN), BEGAN - timedelta(days=1))
    with pytest.raises(InstallsNotSeen) as refused:
        outsiders.grant(integration(history), by=ADMIN, is_early=True)
    assert refusal(refused.value) == snapshot(
        "You said that before it was shown here what the change wants installed, so it cannot have been about that. Look at it (`/claude status`), then say it again."
    )


async def test_who_approved_the_plan_may_grant_what_is_to_be_installed_as_well() -> None:
    stage = await written([LETTERS], WANTED)
    facts = stage.log.events()
    stage.log.streams.clear()
    stage.log.holds((*PLAN_AGREED, *facts[len(TAKEN_UP) :]))
    asked = Approve(by=DEVELOPER, repository=SHOP, integration_id=ID)
    early = replace(asked, said_at=BEGAN)

    with pytest.raises(InstallsNotSeen):
        await handle(early, key="d-1", door="github", world=stage.world)
    it = await handle(asked, key="d-2", door="github", world=stage.world)

    assert stage.log.events()[-1] == e.InstallsGranted(by=DEVELOPER)
    assert (it.waiting_for, it.plan_approved) == (None, PLAN_AGREED[-1])


async def test_what_is_wanted_is_noted_once_and_anew_where_it_differs() -> None:
    it = integration(await waiting())

    assert outsiders.want(it, WANTED.paths) == []
    assert outsiders.want(it, ("other.txt",)) == [e.InstallsWanted(paths=("other.txt",))]


async def test_it_can_be_rejected_there() -> None:
    it = integration(await waiting())

    assert deciding.reject(it, by=DEVELOPER, why=None) == [e.Rejected(by=DEVELOPER, why=None)]


async def test_people_read_whose_text_it_was_and_what_they_can_do() -> None:
    history = await waiting()
    view = view_of(integration(history), recorded(history))

    assert waiting_words(view) == snapshot([
        "**Waits for a grant**: the change asks for something else to be installed (`requirements.txt`), and the model read text by somebody who may not write here. Somebody with write access lets it be installed by `/claude approve`, or ends it by `/claude reject <why>`. That approves nothing else."
    ])
    (line,) = [line for line in status_comment(view).splitlines() if "text by" in line and "reads" in line]
    assert line == snapshot(
        "The model reads text by `stranger`, who may not write here. So nothing further is installed for it until a person grants that."
    )
    assert [told(WANTED), told(e.InstallsGranted(by=ADMIN)), outsider_words.granted(by="admin")] == snapshot([
        "the change asks for something else to be installed (`requirements.txt`)",
        "@admin granted that what changes ask for is installed",
        "@admin, what its changes ask for is installed from now on. The change itself is not approved.",
    ])
    assert outsider_words.read(["a", "b"], may_install=True) == snapshot([
        "The model reads text by `a`, `b`, who may not write here."
    ])
    assert outsider_words.read([], may_install=True) == []
