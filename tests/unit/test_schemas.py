"""The shape of an answer is told without the words that only people read in it."""

from bot.application.review_answers import Findings
from bot.domain.schemas import bare


def test_it_is_told_without_names_and_descriptions_and_a_property_stays() -> None:
    schema = bare(Findings.model_json_schema())

    found = schema["$defs"]["Found"]
    assert found["properties"]["title"] == {"type": "string"}
    assert found["required"][-2:] == ["text", "suggestion"]
    assert not {"title", "description"} & {*schema, *found}
