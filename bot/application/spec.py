"""What was understood of a request: the spec, as the model gives it and as it is checked."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.records import StepFailed

LONGEST_TITLE: Final = 70
LONGEST_TEXT: Final = 4_000
MOST_ENTRIES: Final = 50
SECRET_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{1,99}")

Verdict = Literal["clear", "unclear", "refused"]


class Spec(BaseModel):
    """What to build and how one will know that it works; or what is unclear; or why not."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    goal: str
    title: str
    systems: tuple[str, ...]
    secrets_needed: tuple[str, ...]
    files_likely_touched: tuple[str, ...]
    acceptance_tests: tuple[str, ...]
    risks: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    questions: tuple[str, ...]
    refusal: str | None

    @property
    def verdict(self) -> Verdict:
        """A refusal outweighs questions, questions outweigh the rest."""
        if self.refusal:
            return "refused"
        return "unclear" if self.questions else "clear"


def spec_schema() -> Mapping[str, Any]:
    """The JSON Schema that the model's answer must follow."""
    return Spec.model_json_schema()


def read_spec(text: str) -> Spec:
    """The spec in the model's answer. Raises StepFailed("spec_unintelligible")."""
    try:
        spec = Spec.model_validate_json(text)
    except ValidationError as error:
        raise StepFailed("spec_unintelligible", _where(error)) from None
    if fault := _fault(spec):
        raise StepFailed("spec_unintelligible", fault)
    return spec


def files_likely_touched(kept: str) -> tuple[str, ...]:
    """The paths that a spec names which was kept."""
    return tuple(json.loads(kept).get("files_likely_touched", ()))


def _fault(spec: Spec) -> str | None:
    """What the schema cannot say: sizes, and secrets by name only."""
    fields = spec.model_dump()
    texts = [
        each for field in fields.values() for each in (field if isinstance(field, tuple) else [field or ""])
    ]
    if any(len(text) > LONGEST_TEXT for text in texts):
        return "a text is too long"
    if any(len(field) > MOST_ENTRIES for field in fields.values() if isinstance(field, tuple)):
        return "a list is too long"
    if not all(SECRET_NAME.fullmatch(name) for name in spec.secrets_needed):
        return "secrets_needed: names in capitals only"
    if spec.verdict == "clear" and not (spec.goal.strip() and spec.title.strip()):
        return "goal or title is empty"
    return None


def _where(error: ValidationError) -> str:
    return ", ".join(sorted({str(fault["loc"][0]) if fault["loc"] else "json" for fault in error.errors()}))
