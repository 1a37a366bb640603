"""GitHub's published description of its REST API: which operation a call is, and whether it keeps to it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from openapi_schema_validator import OAS30Validator

DESCRIPTION = Path(__file__).parents[2] / "tests/contracts/data/github-rest.json"
SIGNING_IN = "github-rest-signin.json"  # beside it, of the same publication
# The real service takes slashes in these; generic OpenAPI routers do not.
MAY_HOLD_SLASHES = {"path", "ref", "branch", "basehead"}
FAILED = 400
COMBINERS = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True, kw_only=True, eq=False)
class Operation:
    """One method on one path template."""

    method: str
    template: str
    described: Mapping[str, Any]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\\\{(\w+)\\\}", _group, re.escape(self.template)) + "$")

    @cached_property
    def parameters(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        return {(each["in"], each["name"]): each for each in self.described.get("parameters", [])}

    @cached_property
    def parameter_validators(self) -> dict[tuple[str, str], Any]:
        return {key: OAS30Validator(each.get("schema", {})) for key, each in self.parameters.items()}

    @cached_property
    def body_schema(self) -> Mapping[str, Any] | None:
        schema: Mapping[str, Any] | None = _json_schema(self.described.get("requestBody", {}))
        return schema

    @cached_property
    def body_validator(self) -> Any:
        return OAS30Validator(self.body_schema)

    @cached_property
    def answers(self) -> dict[int, Any]:
        """A validator per status that is described, None where the answer has no JSON body."""
        described = {int(status): _json_schema(each) for status, each in self.described["responses"].items()}
        return {status: schema and _answer_validator(schema, status) for status, schema in described.items()}


def _group(match: re.Match[str]) -> str:
    name = match.group(1)
    return f"(?P<{name}>.*)" if name in MAY_HOLD_SLASHES else f"(?P<{name}>[^/]+)"


def _json_schema(described: Mapping[str, Any]) -> Any:
    return described.get("content", {}).get("application/json", {}).get("schema")


def _answer_validator(schema: dict[str, Any], status: int) -> Any:
    # Errors are described as one of two shapes where each includes the other.
    if status >= FAILED and "oneOf" in schema:
        schema = {"anyOf": schema["oneOf"]}
    return OAS30Validator(schema)


@dataclass
class Contract:
    """Every described operation, the most literal template first."""

    operations: list[Operation]
    _by_shape: dict[tuple[str, int], list[Operation]] = field(default_factory=dict)

    def match(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """The operation that this method and path mean, and the parameters in the path."""
        for operation in self.operations:
            if operation.method == method and (found := operation.pattern.match(path)):
                return operation, found.groupdict()
        return None


@cache
def load(path: Path = DESCRIPTION) -> Contract:
    """Read the description, with its known defects mended; once per process."""
    operations = [*_operations(path), *_operations(path.with_name(SIGNING_IN))]
    return Contract(sorted(operations, key=_literalness, reverse=True))


def _operations(path: Path) -> Iterator[Operation]:
    described = json.loads(path.read_text(encoding="utf-8"))
    for template, methods in _mend(described, described)["paths"].items():
        for method, operation in methods.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                yield Operation(method=method.upper(), template=template, described=operation)


def _literalness(operation: Operation) -> tuple[int, int]:
    literal = re.sub(r"\{\w+\}", "", operation.template)
    return len(literal), -operation.template.count("{")


def _mend(root: dict[str, Any], described: Any) -> Any:
    """Put each reference's target in its place, drop discriminators, let a nullable enum be null.

    The targets are shared objects, so that the validators need not look references up at run time.
    """
    done: dict[int, Any] = {}

    def mend(node: Any) -> Any:
        if isinstance(node, list):
            return [mend(each) for each in node]
        if not isinstance(node, dict):
            return node
        if isinstance(reference := node.get("$ref"), str):
            return mend(_target(root, reference))
        if id(node) not in done:
            fresh = done[id(node)] = {}
            fresh.update(
                (key, mend(value)) for key, value in node.items() if not _is_discriminator(key, value)
            )
            _mend_one(fresh)
        return done[id(node)]

    return mend(described)


def _target(root: dict[str, Any], reference: str) -> Any:
    target: Any = root
    for part in reference.removeprefix("#/").split("/"):
        target = target[part.replace("~1", "/").replace("~0", "~")]
    return target


def _is_discriminator(key: str, value: object) -> bool:
    return key == "discriminator" and isinstance(value, dict) and "propertyName" in value


def _mend_one(schema: dict[str, Any]) -> None:
    # A check run in progress has `conclusion: null`, which the published enum forgets.
    allowed = schema.get("enum")
    if isinstance(allowed, list) and (schema.get("nullable") or "action_required" in allowed):
        schema["enum"] = [*allowed, None]
        schema["nullable"] = True
    # A label that nobody described has null, which the answer to an order for reviews forgets.
    if {"color", "default", "description", "node_id"} <= schema.get("properties", {}).keys():
        schema["properties"]["description"] = {**schema["properties"]["description"], "nullable": True}
    # A pull request of a fork that was deleted has null there, which only the description of webhooks knows.
    if {"head", "base", "diff_url"} <= schema.get("properties", {}).keys():
        head = schema["properties"]["head"]["properties"]
        head["repo"] = {**head["repo"], "nullable": True}
    # An installation's account is a person or an enterprise; the description of the list says both at once.
    if [each.get("title") for each in schema.get("allOf", [])] == ["Simple User", "Enterprise"]:
        schema["anyOf"] = schema.pop("allOf")
    for combiner in {"anyOf", "oneOf"} & schema.keys() if schema.get("nullable") else ():
        schema[combiner] = [*schema[combiner], {"enum": [None], "nullable": True}]


def broken_by_request(
    operation: Operation, parameters: Mapping[str, str], query: Mapping[str, str], body: Any
) -> Iterator[str]:
    """What in this request the description does not allow, unknown names included."""
    for name, value in parameters.items():
        yield from _broken_parameter(operation, ("path", name), value)
    for name, value in query.items():
        yield from _broken_parameter(operation, ("query", name), value)
    if operation.body_schema is None:
        if body not in (None, {}):
            yield "a body where none is described"
        return
    if body is None:
        if operation.described["requestBody"].get("required"):
            yield "no body where one is required"
        return
    yield from _errors(operation.body_validator, body)
    yield from (f"unknown property {name}" for name in strangers(operation.body_schema, body))


def _broken_parameter(operation: Operation, key: tuple[str, str], value: str) -> Iterator[str]:
    described, name = operation.parameters.get(key), key[1]
    if described is None:
        yield f"unknown parameter {name}"
        return
    given = _read(described.get("schema", {}), value)
    yield from (f"{name}: {error}" for error in _errors(operation.parameter_validators[key], given))


def _read(schema: Mapping[str, Any], value: str) -> Any:
    """A parameter's text as the type that its schema asks for."""
    if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if schema.get("type") == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def broken_by_answer(operation: Operation, status: int, body: Any) -> Iterator[str]:
    """What in this answer the description does not allow; errors that any call may have are let through."""
    if status not in operation.answers:
        if status < FAILED:
            yield f"status {status} is not described"
        return
    validator = operation.answers[status]
    if validator is None:
        if body is not None and status < FAILED:
            yield "a body where none is described"
        return
    yield from _errors(validator, body)


def _errors(validator: Any, instance: Any) -> Iterator[str]:
    for error in validator.iter_errors(instance):
        yield f"{error.json_path}: {error.message[:300]}"


def strangers(schema: Mapping[str, Any], body: Any, where: str = "$") -> Iterator[str]:
    """Names in the body that the schema does not know: on the real service, silently without effect."""
    if isinstance(body, list):
        items = [each["items"] for each in _variants(schema) if "items" in each]
        for index, element in enumerate(body):
            yield from strangers({"anyOf": items}, element, f"{where}[{index}]")
        return
    if not isinstance(body, dict) or _is_open(schema):
        return
    known = _properties(schema)
    for name, value in body.items():
        if name not in known:
            yield f"{where}.{name}"
        else:
            yield from strangers({"anyOf": known[name]}, value, f"{where}.{name}")


def _variants(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield schema
    for combiner in COMBINERS:
        for each in schema.get(combiner, []):
            yield from _variants(each)


def _properties(schema: Mapping[str, Any]) -> dict[str, list[Any]]:
    known: dict[str, list[Any]] = {}
    for variant in _variants(schema):
        for name, described in variant.get("properties", {}).items():
            known.setdefault(name, []).append(described)
    return known


def _is_open(schema: Mapping[str, Any]) -> bool:
    """An object that the description leaves to the caller, such as a deployment's payload."""
    return not _properties(schema)
