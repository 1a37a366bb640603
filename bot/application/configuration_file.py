"""Reading a repository's configuration: strictly, each fault with its line. It is data, whoever wrote it."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import yaml
from pydantic import ValidationError

from bot.application.configuration import Configuration
from bot.application.yaml_shape import with_depth

LARGEST_BYTES: Final = 64 * 1024
DEEPEST: Final = 20
MOST_FAULTS: Final = 50
TEXT: Final = "tag:yaml.org,2002:str"
NOTHING: Final = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, and in which line; `code` names it, `said` is what a library says of it."""

    line: int
    code: str
    key: str = ""
    said: str = ""
    bounds: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says and in which line each key stands; where there are faults it says nothing, and names
    these keys as far as that can be known.
    """

    configuration: Configuration = field(default_factory=Configuration)
    lines: Mapping[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    named: tuple[str, ...] = ()


class Unread(Exception):
    """It cannot be read any further."""

    def __init__(self, code: str, *, line: int, said: str = "") -> None:
        super().__init__(code)
        self.fault = Fault(line=line, code=code, said=said)


async def read_beside(content: bytes | None) -> Reading:
    """The same as `read_configuration`, and nobody waits for it: a pull request of anybody's may hold it."""
    return await asyncio.to_thread(read_configuration, content)


def read_configuration(content: bytes | None) -> Reading:
    """What the file says, and what is wrong with it; no file, and an empty one, say nothing."""
    try:
        root = _composed(_text_of(content or b""))
    except Unread as no:
        return Reading(faults=(no.fault,))
    if root is None or root.tag == NOTHING:
        return Reading()
    if not isinstance(root, yaml.MappingNode):
        return Reading(faults=(Fault(line=_line(root), code="no_mapping"),))
    return _read(root)


def _text_of(content: bytes) -> str:
    if len(content) > LARGEST_BYTES:
        raise Unread("too_large", line=1)
    try:
        return content.decode()
    except UnicodeDecodeError as fault:
        raise Unread("not_text", line=content[: fault.start].count(b"\n") + 1) from None


def _composed(text: str) -> yaml.Node | None:
    """The document as nodes: what is not allowed is found before anything is built from it."""
    try:
        _check_shape(yaml.parse(text, Loader=yaml.SafeLoader))
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise Unread("syntax", line=line, said=fault.problem or "") from None
    except yaml.reader.ReaderError as fault:
        raise Unread("character", line=text[: fault.position].count("\n") + 1) from None
    except (ValueError, OverflowError):  # by a number that no character has; YAML's reader says not where
        raise Unread("character", line=text[: text.find("\\U")].count("\n") + 1) from None
    return node


def _check_shape(events: Iterable[yaml.Event]) -> None:
    """No alias, no tag, and not too deep."""
    for event, depth in with_depth(events):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise Unread("alias", line=line)
        if getattr(event, "tag", None) is not None:
            raise Unread("tag", line=line)
        if depth > DEEPEST:
            raise Unread("too_deep", line=line)


def _read(root: yaml.MappingNode) -> Reading:
    """Every fault at once: keys, values, and what the declaration does not allow."""
    faults = list(_odd_keys(root))
    lines, said = dict[str, int](), dict[str, object]()
    for key, value in root.value:
        if not _is_plain(key):
            continue
        lines.setdefault(key.value, _line(key))
        try:
            said[key.value] = _built(value)
        except (ValueError, OverflowError, yaml.YAMLError):
            faults.append(Fault(line=_line(value), code="unreadable_value", key=key.value))
    try:
        configuration = Configuration.model_validate(said)
    except ValidationError as wrong:
        faults += _not_allowed(wrong, root)
        configuration = Configuration()
    if faults:
        first = sorted(faults, key=lambda fault: fault.line)[:MOST_FAULTS]
        return Reading(faults=tuple(first), named=tuple(lines))
    return Reading(configuration=configuration, lines=lines)


def _built(node: yaml.Node) -> object:
    built: object = yaml.constructor.SafeConstructor().construct_document(node)
    return built


def _odd_keys(node: yaml.Node) -> Iterator[Fault]:
    """Keys that are no plain words, and those that are there already; at any depth."""
    children = node.value if isinstance(node, yaml.CollectionNode) else ()
    known = set[str]()
    for child in children:
        if isinstance(node, yaml.MappingNode):
            key, child = child  # noqa: PLW2901  a mapping's children are pairs
            if not _is_plain(key):
                yield Fault(line=_line(key), code="odd_key")
            elif key.value in known:
                yield Fault(line=_line(key), code="twice", key=key.value)
            else:
                known.add(key.value)
        yield from _odd_keys(child)


def _is_plain(key: yaml.Node) -> bool:
    return isinstance(key, yaml.ScalarNode) and key.tag == TEXT


def _not_allowed(wrong: ValidationError, root: yaml.MappingNode) -> Iterator[Fault]:
    for error in wrong.errors(include_input=False, include_url=False):
        place = error["loc"]
        yield Fault(
            line=_line_at(root, place),
            code=error["type"],
            key=".".join(map(str, place)),
            said=error["msg"],
            bounds=error.get("ctx", {}),
        )


def _line_at(node: yaml.Node, place: Iterable[str | int]) -> int:
    """The line of what is at that place, or of the last thing on the way that is there."""
    line = _line(node)
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = (node.value[part], node.value[part])
        else:
            found = None
        if found is None:
            break
        line, node = _line(found[0]), found[1]
    return line


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
