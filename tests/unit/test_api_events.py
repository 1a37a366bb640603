"""What v1 tells of events: every field of every one is told under a name that stays, or kept back."""

import json
import re
from typing import Any, Final

import pytest
from hypothesis import given

from bot.domain import events as e
from bot.records import Actor
from bot.web.api_events import KEPT_BACK, SHOWN, data_of, named
from bot.web.api_shapes import event_of
from tests.unit.histories import ACTIVE, DEVELOPER, TEXTS, recorded
from tests.unit.test_events import FACTS

KINDS: Final = list(e.TYPES.values())
DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_field_of_an_event_is_shown_or_kept_back_and_none_is_both(kind: type[e.Event]) -> None:
    shown = [inside for inside, _ in named(kind)]
    kept_back = KEPT_BACK.get(kind, "").split()

    assert sorted([*shown, *kept_back]) == sorted(kind.__struct_fields__)


def test_no_event_is_told_that_there_is_not() -> None:
    assert set(SHOWN) == set(KINDS)
    assert set(KEPT_BACK) <= set(KINDS)


@given(FACTS)
def test_whatever_happened_is_told_as_json_under_the_names_of_v1(event: e.Event) -> None:
    told = data_of(event)

    assert list(told) == [outside for _, outside in named(type(event))]
    assert json.loads(json.dumps(told)) == told


def test_a_whole_history_is_told_without_the_digest_of_any_text() -> None:
    digests = {digest for record in recorded(ACTIVE) for digest in DIGEST.findall(record.data_json)}

    told = json.dumps([event_of(record).data for record in recorded(ACTIVE)])

    assert len(digests & set(TEXTS)) > 3
    assert [digest for digest in TEXTS if digest in told] == []


def test_a_person_is_told_by_number_and_login() -> None:
    assert data_of(e.DeployReleased(by=DEVELOPER)) == {"by": {"id": 2, "login": "developer"}}
    assert data_of(e.RemovalClosed(merged=True)) == {"merged": True, "by": None}


def test_a_rule_for_paths_is_told_with_its_parts() -> None:
    ruled: Any = data_of(
        e.GateRuled(head="c0de", change="d1ff", rules=(e.PathRule(path="db/**", count=2, by=("@ada",)),))
    )

    assert ruled == {"head": "c0de", "rules": [{"path": "db/**", "count": 2, "role": "", "by": ["@ada"]}]}


def test_what_somebody_said_is_kept_back_and_who_said_it_is_not() -> None:
    assert data_of(e.Answered(by=Actor(id=1, login="ada"), text="d16e57")) == {
        "by": {"id": 1, "login": "ada"}
    }
