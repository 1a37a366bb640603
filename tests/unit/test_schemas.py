"""The shape of an answer is told without the words that only people read in it."""

import json

from pydantic import BaseModel

from bot.application.review_answers import Findings, Verdicts
from bot.domain.schemas import bare


class Inner(BaseModel):
    what: str


class Outer(BaseModel):
    """Words."""

    one: Inner
    maybe: Inner | None = None


def test_it_is_told_without_names_and_descriptions_and_a_property_stays() -> None:
    schema = bare(Findings.model_json_schema())

    found = schema["properties"]["findings"]["items"]
    assert found["properties"]["title"] == {"type": "string"}
    assert found["required"][-2:] == ["text", "suggestion"]
    assert not {"title", "description"} & {*schema, *found}


def test_each_part_stands_in_its_place_also_where_it_may_be_missing() -> None:
    inner = {"properties": {"what": {"type": "string"}}, "required": ["what"], "type": "object"}

    assert bare(Outer.model_json_schema())["properties"] == {
        "one": inner,
        "maybe": {"anyOf": [inner, {"type": "null"}]},
    }


def test_nothing_is_told_of_what_holds_where_nothing_is_said() -> None:
    assert '"default"' not in json.dumps(bare(Verdicts.model_json_schema()))
