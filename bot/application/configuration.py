"""A repository's own configuration, `.github/claude-bot.yml` of its default branch: read strictly."""

import json
import shlex
from collections.abc import Iterable
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.records import MergeMethod, StepFailed

PATH: Final = ".github/claude-bot.yml"
LARGEST_BYTES: Final = 64 * 1024
DEEPEST: Final = 20


class BadShape(yaml.YAMLError):
    """Valid YAML that is not read here; `line` counts from 0."""

    def __init__(self, problem: str, *, line: int) -> None:
        super().__init__(problem)
        self.problem, self.line = problem, line


class Configuration(BaseModel):
    """What a repository may say; nothing else is allowed, and what is not said has its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    test: str | None = Field(default=None, min_length=1, max_length=1000)
    environment: str = Field(default="production", max_length=255, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*$")
    merge_method: MergeMethod | None = None
    merge_reverts: bool = False
    approvals: int = Field(default=1, ge=1, le=10)
    test_remarks: Literal["report", "refuse"] = "report"
    not_secret: list[Annotated[str, Field(min_length=1, max_length=1024)]] = Field(default=[], max_length=50)

    @field_validator("test")
    @classmethod
    def _splits(cls, value: str | None) -> str | None:
        shlex.split(value or "")
        if "\0" in (value or ""):
            raise ValueError("a command cannot hold a NUL")
        return value

    @property
    def command(self) -> tuple[str, ...]:
        """The test command's words; empty where none is named."""
        return tuple(shlex.split(self.test or ""))


def values_of(configuration: Configuration) -> dict[str, tuple[str, bool]]:
    """Each key's value as text, and whether the file names it."""
    said = configuration.model_fields_set
    values = configuration.model_dump(mode="json")
    return {name: ("" if values[name] is None else _shown(values[name]), name in said) for name in values}


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value)


def parse(content: bytes | None) -> Configuration:
    """The configuration, or the defaults where there is none. Raises StepFailed("bad_configuration")."""
    if content is None:
        return Configuration()
    if len(content) > LARGEST_BYTES:
        raise StepFailed("bad_configuration", f"larger than {LARGEST_BYTES} bytes")
    try:
        text = content.decode()
        _check_shape(yaml.parse(text, Loader=yaml.SafeLoader))
        said = yaml.safe_load(text)
        return Configuration() if said is None else Configuration.model_validate(said)
    except (ValueError, yaml.YAMLError) as fault:
        raise StepFailed("bad_configuration", _where(fault)) from fault


def _check_shape(events: Iterable[yaml.Event]) -> None:
    """No alias, no tag, and not too deep: checked before anything is built from it."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.AliasEvent):
            raise BadShape("aliases are not allowed", line=_line(event))
        if getattr(event, "tag", None) is not None:
            raise BadShape("tags are not allowed", line=_line(event))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise BadShape("nested too deeply", line=_line(event))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line if event.start_mark else 0


def _where(fault: Exception) -> str:
    """The line and the reason, without the content."""
    if isinstance(fault, BadShape):
        return f"line {fault.line + 1}: {fault.problem}"
    if isinstance(fault, yaml.MarkedYAMLError) and fault.problem_mark is not None:
        return f"line {fault.problem_mark.line + 1}: {fault.problem}"
    if isinstance(fault, ValidationError):
        first = fault.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return type(fault).__name__
