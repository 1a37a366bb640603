"""What the demonstration shows in the terminal; colour only where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich import box
from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.terminal_theme import MONOKAI
from rich.text import Text

WIDEST: Final = 110
TIME_WIDTH: Final = 8
WHO_WIDTH: Final = 10
BESIDE_WIDTH: Final = 100
MOST_DIFF_LINES: Final = 26
PICTURE_WIDTH: Final = 104
UNTELLING: Final = ("diff --git ", "index ", "new file mode ")

STYLES: Final = {"state": "bold yellow", "bot": "cyan", "claude": "magenta", "tests": "red"}
ENDS: Final = {"active": "bold green", "failed": "bold red"}
# Fonts are the reader's own: a picture must not ask another server for any.
PICTURE: Final = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
    font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
    font-size: {char_height}px;
    line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One check of the end: what it is about, what was wanted, what was found."""

    about: str
    wanted: str
    found: str

    @property
    def holds(self) -> bool:
        return self.wanted == self.found


class Screen:
    """Lines as things happen, and larger things between them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._is_prompting = False

    def heading(self, words: str) -> None:
        self._show(Text())
        self._console.rule(Text(words, style="bold"), align="left")

    def say(self, words: str) -> None:
        self._show(Text(words))

    def quote(self, printed: str) -> None:
        """What a program printed, its lines as they are."""
        for line in printed.splitlines():
            self._show(Text(line, no_wrap=True, overflow="ignore"))

    def prompt(self) -> None:
        """Ask for a line, where there is somebody to ask."""
        if self._console.is_terminal:
            self._show(Text("demo> ", style="bold"), end="")
            self._is_prompting = True

    def _show(self, what: RenderableType, *, end: str = "\n") -> None:
        """Print it; a prompt that stands there gives way."""
        if self._is_prompting:
            self._console.file.write("\r")
            self._is_prompting = False
        self._console.print(what, end=end)

    def happened(self, seconds: float | None, who: str, what: str) -> None:
        """One thing that somebody did, with the time since the story began."""
        line = Table.grid(padding=(0, 1))
        line.add_column(width=TIME_WIDTH, justify="right", style="dim")
        line.add_column(width=WHO_WIDTH, style=STYLES.get(who, "blue"))
        line.add_column(overflow="fold")
        style = ENDS.get(what.partition(" ")[0], STYLES["state"]) if who == "state" else ""
        line.add_row("" if seconds is None else f"{seconds:.2f} s", who, Text(what, style=style))
        self._show(line)

    def diff(self, title: str, text: str) -> None:
        """A diff, short."""
        lines = [line for line in text.splitlines() if not line.startswith(UNTELLING)]
        more = len(lines) - MOST_DIFF_LINES
        shown = "\n".join(lines[:MOST_DIFF_LINES])
        parts: list[RenderableType] = [
            Syntax(shown, "diff", theme="ansi_dark", background_color="default", word_wrap=True)
        ]
        if more > 0:
            parts.append(Text(f"... and {more} lines more", style="dim"))
        self._panel(title, Group(*parts))

    def markdown(self, title: str, text: str) -> None:
        """What somebody wrote on GitHub, as GitHub would show it."""
        self._panel(title, Markdown(text))

    def beside(self, state: str, github: Sequence[str], slack: Sequence[str], buttons: Sequence[str]) -> None:
        """Both windows, side by side where there is room, else one below the other."""
        below = ["", "  ".join(f"[{each}]" for each in buttons)] if buttons else []
        windows = {f"GitHub: {state}": list(github), "Slack": [*slack, *below]}
        if self._console.width < BESIDE_WIDTH:
            for title, lines in windows.items():
                self._show(_window(title, lines, height=None))
            return
        both = Table.grid(expand=True)
        for _ in windows:
            both.add_column(ratio=1)
        height = max(map(len, windows.values())) + 2
        both.add_row(*(_window(title, lines, height=height) for title, lines in windows.items()))
        self._show(both)

    def _panel(self, title: str, content: RenderableType) -> None:
        self._show(_framed(title, content))

    def checks(self, rows: Sequence[Row]) -> None:
        """The summary: every check in its row."""
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for name in ("", "what", "found"):
            table.add_column(name, overflow="fold")
        for row in rows:
            found = row.found if row.holds else f"{row.found or 'nothing'}; wanted: {row.wanted}"
            mark = Text("ok", style="green") if row.holds else Text("WRONG", style="bold red")
            table.add_row(mark, Text(row.about), Text(found))
        self._show(table)

    def picture(self, path: Path, title: str) -> None:
        """Keep what was shown since the last picture."""
        svg = self._console.export_svg(title=title, theme=MONOKAI, code_format=PICTURE, unique_id=path.stem)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(svg, encoding="utf-8")


def _framed(title: str, content: RenderableType) -> Panel:
    return Panel(content, title=Text(title), title_align="left", box=box.ROUNDED, border_style="dim")


def _window(title: str, lines: Sequence[str], *, height: int | None) -> Panel:
    first, *rest = lines
    text = Text("\n").join([Text(first, style="bold"), *(Text(line) for line in rest)])
    return Panel(
        text,
        title=Text(title),
        title_align="left",
        box=box.ROUNDED,
        border_style="dim",
        height=height,
    )


def on_terminal() -> Screen:
    """As wide as the terminal, but no wider than one can read."""
    console = Console(highlight=False)
    console.width = min(console.width, WIDEST)
    return Screen(console)


def recorded() -> Screen:
    """The same, in colour and kept, to make pictures of."""
    return Screen(Console(highlight=False, record=True, force_terminal=True, width=PICTURE_WIDTH))
