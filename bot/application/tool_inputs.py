"""What the model may call and with what: the definitions that it is shown, the types that hold it to them."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.application import tool_words
from bot.domain.finding import LONGEST_PATTERN, LONGEST_WANTED

EDITOR: Final = "str_replace_based_edit_tool"


class Input(BaseModel):
    """What the model gives a tool: exactly these fields, of exactly these types."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class View(Input):
    command: Literal["view"] = "view"
    path: str
    view_range: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None


class Create(Input):
    command: Literal["create"]
    path: str
    file_text: str


class StrReplace(Input):
    command: Literal["str_replace"]
    path: str
    old_str: str
    new_str: str = ""


class Insert(Input):
    command: Literal["insert"]
    path: str
    insert_line: int
    insert_text: str


class Bash(Input):
    command: str | None = None
    restart: bool | None = None


class ListFiles(Input):
    paths: Annotated[str, Field(max_length=LONGEST_PATTERN, description=tool_words.PATHS)] = ""


class Search(Input):
    text: Annotated[
        str,
        Field(min_length=1, max_length=LONGEST_WANTED, pattern=r"^[^\r\n]+$", description=tool_words.TEXT),
    ]
    paths: Annotated[str, Field(max_length=LONGEST_PATTERN, description=tool_words.PATHS)] = ""
    ignore_case: Annotated[bool, Field(description=tool_words.IGNORE_CASE)] = False


class RunTests(Input):
    pass


Editing = View | Create | StrReplace | Insert
Call = Editing | Bash | ListFiles | Search | RunTests
NAMES: Final[Mapping[type[Input], str]] = {
    Bash: "bash",
    ListFiles: "list_files",
    Search: "search",
    RunTests: "run_tests",
}
INPUTS: Final[Mapping[str, TypeAdapter[Any]]] = {
    EDITOR: TypeAdapter(Annotated[Editing, Field(discriminator="command")]),
    **{name: TypeAdapter(kind) for kind, name in NAMES.items()},
}


def name_of(asked: Call) -> str:
    """What the use of a tool is counted under: the editor's command, or the tool's name."""
    return asked.command if isinstance(asked, Editing) else NAMES[type(asked)]


def _defined(kind: type[Input], description: str) -> Mapping[str, Any]:
    """A tool of our own, as the Messages API takes it; its schema is the type's."""
    shown = {key: value for key, value in kind.model_json_schema().items() if key != "title"}
    fields = {name: _untitled(field) for name, field in shown.pop("properties", {}).items()}
    return {
        "name": NAMES[kind],
        "description": description,
        "input_schema": {**shown, "properties": fields},
    }


def _untitled(field: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in field.items() if key != "title"}


TOOLS: Final[tuple[Mapping[str, Any], ...]] = (
    {"type": "text_editor_20250728", "name": EDITOR},
    {"type": "bash_20250124", "name": "bash"},
    _defined(ListFiles, tool_words.LIST_FILES),
    _defined(Search, tool_words.SEARCH),
    _defined(RunTests, tool_words.RUN_TESTS),
)


def tools_for(*, runs_tests: bool) -> tuple[Mapping[str, Any], ...]:
    """The tools of a run: where others run the tests, there is none for it here."""
    return TOOLS if runs_tests else tuple(tool for tool in TOOLS if tool["name"] != NAMES[RunTests])
