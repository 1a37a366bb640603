"""GitHub's GraphQL, held to its published schema: drafts made ready, and threads of reviews."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from standins.github import access, contract
from standins.github.call import Answer
from standins.github.graph import Root
from standins.github.world import Refused, World

PATH: Final = "/graphql"
SCHEMA: Final = contract.DESCRIPTION.with_name("github-graphql.graphql")
KINDS: Final = {403: "FORBIDDEN", 404: "NOT_FOUND"}


@cache
def schema() -> GraphQLSchema:
    """What GitHub publishes, read once per process."""
    return build_schema(SCHEMA.read_text(encoding="utf-8"))


def answer_to(world: World, body: bytes, authorization: str) -> Answer:
    """Status 200 with what was asked for, or with errors; only who calls is judged by the status."""
    token = access.token_of(world, access.credential(authorization))
    try:
        asked = json.loads(body)
    except ValueError:
        raise Refused(400, "Problems parsing JSON") from None
    read = _read(str(asked.get("query")))
    if isinstance(read, list):
        world.violations.append(f"POST {PATH}: {read[0].message}: {asked.get('query')}")
        return Answer(body={"errors": [_told(each) for each in read]})
    done = execute_sync(
        schema(),
        read,
        root_value=Root(world, token).fields(),
        variable_values=asked.get("variables") or {},
        field_resolver=_played,
    )
    for each in done.errors or ():
        if not isinstance(each.original_error, Refused):
            world.violations.append(f"POST {PATH}: {each.message}")
    errors = {"errors": [_told(each) for each in done.errors]} if done.errors else {}
    return Answer(body={"data": done.data, **errors})


def _read(text: str) -> DocumentNode | list[GraphQLError]:
    """The document, or what the schema has against it."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return [error]
    return validate(schema(), document) or document


def _played(source: Mapping[str, Any], info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
    """A field that is not there is one that is not played."""
    if info.field_name not in source:
        raise GraphQLError(f"this stand-in does not play {info.parent_type.name}.{info.field_name}")
    value = source[info.field_name]
    return value(**arguments) if callable(value) else value


def _told(error: GraphQLError) -> Mapping[str, Any]:
    """GitHub says in a word what an error is, unless the document itself is wrong."""
    refused = error.original_error
    if not isinstance(refused, Refused):
        return error.formatted
    return {**error.formatted, "message": refused.message, "type": KINDS.get(refused.status, "UNPROCESSABLE")}
