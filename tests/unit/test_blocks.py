"""Words and code are told apart, however the code was opened."""

import time

import pytest

from bot.domain.blocks import Block, blocks_of, is_left_open


def code(text: str, language: str = "") -> Block:
    return Block(text=text, is_code=True, language=language)


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        ("\n \n", []),
        ("One.\n\nTwo.", [Block(text="One.\n\nTwo.")]),
        ("One.\n```py\na\n\nb\n```\nTwo.", [Block(text="One."), code("a\n\nb", "py"), Block(text="Two.")]),
        ("~~~ c++ extra\na\n```\n~~~~", [code("a\n```", "c++")]),
        ("````\n```\n````", [code("```")]),
        ("- one\n  ```\n  a\n    b\n  ```", [Block(text="- one"), code("a\n  b")]),
        ("1. ```sh\n   a\n   ```", [code("a", "sh")]),
        ("> ```\n> a\nb\n> ```", [code("a\nb")]),
        ("```\nnever closed", [code("never closed")]),
        ("```<x>\na\n```", [code("a")]),
        ("```a``` is no fence", [Block(text="```a``` is no fence")]),
    ],
)
def test_blocks_are_told_apart(text: str, blocks: list[Block]) -> None:
    assert blocks_of(text) == blocks


@pytest.mark.parametrize(
    ("text", "is_open"),
    [("", False), ("a\n```\nb\n```\nc", False), ("a\n~~~\nb\n```", True), ("```\na\n```\n````", True)],
)
def test_a_block_that_nothing_closes_is_open_to_the_end(text: str, *, is_open: bool) -> None:
    assert is_left_open(text) is is_open


@pytest.mark.parametrize("line", ["> " * 20_000, "- " * 20_000, "1. " * 20_000, "`" * 40_000, " `" * 20_000])
def test_no_line_takes_long(line: str) -> None:
    began = time.monotonic()

    blocks_of(f"{line}x\n{line}")

    assert time.monotonic() - began < 1
