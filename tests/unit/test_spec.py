"""The spec: read strictly, or not at all."""

import json
from typing import Any

import pytest

from bot.application.spec import Spec, read_spec, spec_schema
from bot.records import StepFailed
from standins.stories import SPEC


def test_a_whole_spec_is_read() -> None:
    spec = read_spec(json.dumps(SPEC))

    assert (spec.verdict, spec.title, spec.secrets_needed) == ("clear", SPEC["title"], ("ERP_TOKEN",))


@pytest.mark.parametrize(
    ("bent", "verdict"),
    [
        ({"questions": ["Which ERP?"]}, "unclear"),
        ({"refusal": "It would send data to a stranger."}, "refused"),
        ({"questions": ["?"], "refusal": "No."}, "refused"),
        ({"questions": ["Which ERP?"], "goal": "", "title": ""}, "unclear"),
    ],
)
def test_questions_and_refusals_are_verdicts(bent: dict[str, Any], verdict: str) -> None:
    assert read_spec(json.dumps({**SPEC, **bent})).verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Sure! Here is the spec.",
        "[]",
        json.dumps({**SPEC, "approved": True}),
        json.dumps({**SPEC, "title": 3}),
        json.dumps({name: value for name, value in SPEC.items() if name != "risks"}),
        json.dumps({**SPEC, "goal": " "}),
        json.dumps({**SPEC, "goal": "x" * 5000}),
        json.dumps({**SPEC, "risks": ["x"] * 51}),
        json.dumps({**SPEC, "secrets_needed": ["hunter2 is the password"]}),
        json.dumps({**SPEC, "secrets_needed": ["A$(id)"]}),
    ],
)
def test_pi_08_anything_else_is_no_spec(text: str) -> None:
    with pytest.raises(StepFailed, match="spec_unintelligible"):
        read_spec(text)


def test_a_failure_names_the_field_and_not_its_value() -> None:
    with pytest.raises(StepFailed) as failure:
        read_spec(json.dumps({**SPEC, "title": ["CANARY"]}))

    assert (failure.value.detail, failure.value.__cause__) == ("title", None)


def test_the_schema_asks_for_every_field_and_no_other() -> None:
    schema = spec_schema()

    assert schema["additionalProperties"] is False
    assert sorted(schema["required"]) == sorted(Spec.model_fields)
