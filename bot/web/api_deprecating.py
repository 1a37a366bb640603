"""What of v1 is on its way out: marked once, and told by the document and by every answer (RFC 9745)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, get_args

from pydantic import BaseModel, Field

SINCE: Final = "x-deprecated-since"
TOLD_AT: Final = "/api/docs#deprecated"


def going(why: str, *, since: str, default: Any = ...) -> Any:
    """A field that is on its way out since that day, and what to use in its place."""
    return Field(default, deprecated=why, json_schema_extra={SINCE: since})


def headers_of(answers: Iterable[type[BaseModel] | None], asked: BaseModel) -> Mapping[str, str]:
    """What is to be told where a field of an answer, or one that was asked with, is on its way out."""
    days = [day for shape in answers if shape is not None for day in days_of(shape)]
    days += [day for name in asked.model_fields_set if (day := _day_of(type(asked), name))]
    if not days:
        return {}
    began = datetime.fromisoformat(min(days)).replace(tzinfo=UTC)
    return {
        "Deprecation": f"@{began.timestamp():.0f}",
        "Link": f'<{TOLD_AT}>; rel="deprecation"; type="text/html"',
    }


@cache
def days_of(shape: type[BaseModel]) -> tuple[str, ...]:
    """Since when fields of it are on their way out, of the shapes in it as well."""
    own = (day for name in shape.model_fields if (day := _day_of(shape, name)))
    inner = (
        day
        for field in shape.model_fields.values()
        for it in _shapes(field.annotation)
        for day in days_of(it)
    )
    return (*own, *inner)


def _day_of(shape: type[BaseModel], name: str) -> str | None:
    extra = shape.model_fields[name].json_schema_extra
    return str(extra[SINCE]) if isinstance(extra, dict) and SINCE in extra else None


def _shapes(annotation: Any) -> Iterator[type[BaseModel]]:
    """The shapes that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _shapes(part)
