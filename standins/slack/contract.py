"""Slack's published description of its Web API: what a method takes, and whether an answer keeps to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft7Validator

DESCRIPTION: Final = Path(__file__).parents[2] / "tests/contracts/data/slack/web-api/openapi2.json"
# The description is of 2021: what the methods took on since, as slack-sdk sends it.
NEWER_ARGUMENTS: Final[Mapping[str, frozenset[str]]] = {
    "apps.connections.open": frozenset(),
    "auth.test": frozenset(("team_id",)),
    "chat.postMessage": frozenset(("markdown_text", "metadata", "container_id")),
    "chat.postEphemeral": frozenset(("markdown_text",)),
    "chat.update": frozenset(("markdown_text", "metadata", "reply_broadcast", "file_ids")),
    "chat.unfurl": frozenset(("source", "unfurl_id", "user_auth_blocks", "metadata")),
    "conversations.history": frozenset(("include_all_metadata",)),
    "conversations.replies": frozenset(("include_all_metadata",)),
    "conversations.open": frozenset(("prevent_creation",)),
    "oauth.v2.access": frozenset(("grant_type", "refresh_token")),
    "users.list": frozenset(("team_id",)),
    "views.open": frozenset(("interactivity_pointer",)),
    "views.push": frozenset(("interactivity_pointer",)),
}
# Errors that are documented today and that the description of 2021 does not list; with them come fields.
NEWER_ERRORS: Final = frozenset((
    "account_inactive", "already_reacted", "channel_not_found", "invalid_arg_name", "invalid_arguments",
    "invalid_auth", "invalid_blocks", "is_archived", "message_not_found", "missing_scope",
    "msg_blocks_too_long", "msg_too_long", "no_text", "not_in_channel", "ratelimited", "thread_not_found",
    "token_expired", "token_revoked", "user_disabled", "user_not_found",
))  # fmt: skip
ERROR_FIELDS: Final = ("needed", "provided", "response_metadata", "errors", "warning")
# Fields that answers have today and that the description of 2021 forbids by listing all others.
NEWER_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "objs_message": ("app_id", "edited", "metadata"),
    "objs_conversation": ("context_team_id", "updated"),
    "objs_user": ("is_email_confirmed", "who_can_share_contact_card"),
    "objs_file": ("user_team", "file_access"),
}


@dataclass(frozen=True, kw_only=True)
class Method:
    """What a method takes, and what it answers."""

    name: str
    arguments: frozenset[str]
    required: frozenset[str]
    success: Draft7Validator | None = None
    failure: Draft7Validator | None = None

    def faults_of(self, answer: Mapping[str, Any]) -> list[str]:
        """How the answer breaks the description."""
        validator = self.success if answer.get("ok") else self.failure
        if validator is None:
            return []
        return [f"{self.name}: {each.json_path}: {each.message}" for each in validator.iter_errors(answer)]


@cache
def load(path: Path = DESCRIPTION) -> Mapping[str, Method]:
    """Every method that is described, and the newer ones; read once per process."""
    described = json.loads(path.read_text(encoding="utf-8"))
    mended = _mend(described)
    _correct(mended["paths"])
    found = {}
    for template, operations in mended["paths"].items():
        name = template.removeprefix("/")
        found[name] = _method(name, next(iter(operations.values())), mended["definitions"])
    for name in NEWER_ARGUMENTS.keys() - found.keys():
        found[name] = Method(name=name, arguments=NEWER_ARGUMENTS[name], required=frozenset())
    return found


def _correct(paths: dict[str, Any]) -> None:
    """Say in these places what Slack answers, and what the published examples beside them show."""
    message = {"$ref": "#/definitions/objs_message"}
    replies, history = _success(paths, "conversations.replies"), _success(paths, "conversations.history")
    # Written out field by field there, without blocks or bots, and as an object where blocks are a list.
    replies["properties"]["messages"] = {"type": "array", "items": message}
    _success(paths, "chat.update")["properties"]["message"] = message
    # A channel in which nobody said anything yet has no message.
    del history["properties"]["messages"]["minItems"]
    for each in (replies, history):
        each["properties"]["response_metadata"] = {"type": "object"}
    # A number, as everywhere else.
    for kind in _success(paths, "conversations.open")["properties"]["channel"]["anyOf"]:
        if "created" in kind.get("properties", {}):
            kind["properties"]["created"] = {"type": "integer"}


def _success(paths: dict[str, Any], method: str) -> dict[str, Any]:
    found: dict[str, Any] = next(iter(paths[f"/{method}"].values()))["responses"]["200"]["schema"]
    return found


def _method(name: str, operation: Mapping[str, Any], definitions: Mapping[str, Any]) -> Method:
    parameters = [each for each in operation["parameters"] if each["name"] != "token"]
    answers = operation["responses"]
    return Method(
        name=name,
        arguments=frozenset(each["name"] for each in parameters) | NEWER_ARGUMENTS.get(name, frozenset()),
        required=frozenset(each["name"] for each in parameters if each.get("required")) - _no_longer(name),
        success=_validator(answers["200"]["schema"], definitions),
        failure=_validator(_failure(answers["default"]["schema"]), definitions),
    )


def _no_longer(name: str) -> frozenset[str]:
    """Renewing a token has no code, which the description asks for."""
    return frozenset(("code",)) if name == "oauth.v2.access" else frozenset()


def _validator(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Draft7Validator:
    return Draft7Validator({**schema, "definitions": definitions})


def _failure(schema: dict[str, Any]) -> dict[str, Any]:
    """The published shape of an error, with what Slack answers today."""
    properties = {**schema.get("properties", {})}
    if "enum" in properties.get("error", {}):
        known = sorted({*properties["error"]["enum"], *NEWER_ERRORS})
        properties["error"] = {"type": "string", "enum": known}
    return {**schema, "properties": {**dict.fromkeys(ERROR_FIELDS, True), **properties}}


def _mend(node: Any, name: str = "") -> Any:
    """Say `anyOf` where the description writes `items` for "one of these", and let in newer fields."""
    if isinstance(node, list):
        return [_mend(each) for each in node]
    if not isinstance(node, dict):
        return node
    fresh = {key: _mend(value, key) for key, value in node.items()}
    if isinstance(fresh.get("items"), list):
        fresh["anyOf"] = [_let_in(each, name) for each in fresh.pop("items")]
    return _let_in(fresh, name)


def _let_in(schema: Any, name: str) -> Any:
    if not isinstance(schema, dict) or "properties" not in schema or name not in NEWER_FIELDS:
        return schema
    return {**schema, "properties": {**dict.fromkeys(NEWER_FIELDS[name], True), **schema["properties"]}}
