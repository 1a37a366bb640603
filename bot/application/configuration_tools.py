"""What a repository may say of tools of its own that look at pull requests with the readers of a review."""

import shlex
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from bot.domain.lint_tools import Tool


def _stays_here(value: str) -> str:
    if {".", ".."} & {*value.split("/")}:
        raise ValueError("no path of a repository is like this")
    return value


ToolPath = Annotated[
    str,
    Field(max_length=200, pattern=r"^[A-Za-z0-9._@+-]+(?:/[A-Za-z0-9._@+-]+)*$"),
    AfterValidator(_stays_here),
]
Ending = Annotated[str, Field(max_length=20, pattern=r"^\.?[A-Za-z0-9._-]+$")]
MOST_TOOLS: Final = 5


class ReviewTool(BaseModel):
    """A tool: a command without a shell, in which `{files}` stands for what changes of these endings.

    It says what it finds in its report (SARIF 2.1, or the JSON of ESLint), or in lines, `file:line: message`.
    What else than the usual files decides what it does is named by `configuration`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(max_length=30, pattern=r"^[a-z][a-z0-9-]*$")
    run: str = Field(min_length=1, max_length=1_000)
    endings: list[Ending] = Field(default=[], max_length=20)
    report: ToolPath | None = None
    configuration: list[ToolPath] = Field(default=[], max_length=20)

    @field_validator("run")
    @classmethod
    def _splits(cls, value: str) -> str:
        if not shlex.split(value) or "\0" in value:
            raise ValueError("a command has a word at least, and no NUL")
        return value

    @property
    def tool(self) -> Tool:
        """The same as it is run."""
        return Tool(
            name=self.name,
            command=tuple(shlex.split(self.run)),
            endings=tuple(self.endings),
            report=self.report or "",
            configuration=tuple(self.configuration),
        )
