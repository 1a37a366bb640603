"""Markdown into tokens, as GitHub reads it; what it takes out of the text, or draws, is not among them."""

import re
from collections.abc import MutableMapping
from functools import cache
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

FOOTNOTE: Final = re.compile(r"\[\^[^\]\s]{1,999}\]:")
# A formula that holds a command or a remark may hide words; without either it shows each of its letters.
# Read twice, as an escaped sign may or may not count.
BLOCK: Final = r"\$\$(?:(?:\\.|[^$\\]|\$(?!\$))*+\$\$|(?:[^$]|\$(?!\$))*+\$\$)"
INLINE: Final = r"\$(?=\S)(?:(?:\\.|[^$\\])++(?<=\S)\$(?!\w)|[^$]++(?<=\S)\$(?!\w))"
FORMULA_BLOCK: Final = re.compile(BLOCK, re.DOTALL)
FORMULA: Final = re.compile(f"{BLOCK}|{INLINE}", re.DOTALL)
COMMANDS: Final = frozenset("\\%")
FORMULAS: Final = "formulas"
FOOTNOTES: Final = "footnotes"
DEEP: Final = "deep"
DEEPEST: Final = 20
INTERRUPTING: Final[RuleOptionsType] = {"alt": ["paragraph", "reference", "blockquote", "list"]}


class Reader(MarkdownIt):
    """What may not be followed is a link all the same: GitHub shows its words and hides its address."""

    def validateLink(self, _url: str) -> bool:  # noqa: N802  the library's name
        return True

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802  the library's name
        return link


def tokens_of(text: str) -> tuple[list[Token], MutableMapping[str, Any]]:
    """The tokens, and beside them the kinds of things that were found and are not among them.

    The work grows as the text does, and not faster.
    """
    found: MutableMapping[str, Any] = {}
    return _reader().parse(text, found), found


@cache
def _reader() -> MarkdownIt:
    reader = Reader("commonmark", {"maxNesting": DEEPEST})
    reader.enable(["table", "strikethrough"]).disable("text_join")
    reader.block.ruler.before("fence", "formula", _formula_block, INTERRUPTING)
    reader.block.ruler.before("reference", "footnote", _footnote, INTERRUPTING)
    reader.inline.ruler.before("escape", "formula", _formula)
    reader.inline.ruler.before("link", "depth", _depth)
    return reader


def _footnote(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  the library's way
    """A footnote is read with all that belongs to it, and left out: GitHub moves or drops it."""
    begin = state.bMarks[start] + state.tShift[start]
    label = FOOTNOTE.match(state.src, begin, state.eMarks[start])
    if label is None or state.is_code_block(start):
        return False
    if not silent:
        state.env[FOOTNOTES] = True
        _read_indented(state, start, end, begin=label.end())
    return True


def _read_indented(state: StateBlock, start: int, end: int, *, begin: int) -> None:
    """Read on from there, and what is indented below it, for nothing."""
    kept, marks, shift, count = (
        len(state.tokens),
        state.bMarks[start],
        state.tShift[start],
        state.sCount[start],
    )
    state.bMarks[start], state.tShift[start] = begin, state.skipSpaces(begin) - begin
    state.blkIndent += 4
    state.sCount[start] = state.blkIndent
    state.level += 1
    state.md.block.tokenize(state, start, end)
    state.level -= 1
    state.blkIndent -= 4
    state.bMarks[start], state.tShift[start], state.sCount[start] = marks, shift, count
    del state.tokens[kept:]


def _formula_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001  the library's way
    """A formula that begins a line is left out where it may hide words."""
    begin = state.bMarks[start] + state.tShift[start]
    if not state.src.startswith("$$", begin) or state.is_code_block(start):
        return False
    formula = FORMULA_BLOCK.match(state.src, begin, state.eMarks[end - 1])
    if formula is None or not COMMANDS.intersection(formula[0]):
        return False
    if not silent:
        state.env[FORMULAS] = True
        state.line = next(line for line in range(start, end) if formula.end() <= state.eMarks[line]) + 1
    return True


def _formula(state: StateInline, _silent: bool) -> bool:  # noqa: FBT001  the library's way
    formula = FORMULA.match(state.src, state.pos) if state.src[state.pos] == "$" else None
    if formula is None or not COMMANDS.intersection(formula[0]):
        return False
    state.env[FORMULAS] = True
    state.pos = formula.end()
    return True


def _depth(state: StateInline, _silent: bool) -> bool:  # noqa: FBT001  the library's way
    """Brackets so deep that the parser no longer tells them apart are noted, with the text they are in."""
    if state.level == DEEPEST - 1:
        state.env.setdefault(DEEP, set()).add(state.src)
    return False
