"""Markdown as plain lines: what a reader sees stays where it stands, all else is left out and told."""

import pytest

from bot.domain.rendering import rendered


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\nb\n\nc\\\nd", "a\nb\n\nc\nd"),
        ("# a\nb\n=\nc\n***\nd", "# a\n# b\n\nc\n---\nd"),
        ("- a\n  b\n- c\n\n  > d\n  > e\n- [ ] f\n\n2) g", "- a\n  b\n- c\n\n  > d\n  > e\n- [ ] f\n\n2) g"),
        ("|a|b|\n|-|:-:|\n|`c`|\nd", "| a | b |\n|--|--|\n| `c` |  |\n| d |  |"),
        ("a\n\n    b\n\n      c", "a\n\n    b\n    \n      c"),
        ("- ```\n  a\n\n  ```", "- ```\n  a\n  \n  ```"),
        ("```\n```", "```\n```"),
        ("*a* **b** ~~c~~ \\* &amp;", "*a* **b** ~~c~~ * &"),
        ("`a` ``b`c`` `` ` `` `a | b`", "`a` ``b`c`` `` ` `` `a | b`"),
        ("<ab:c> and <d@e.f>", "ab:c and d@e.f"),
        ("a <b>c</b>\n\n<p>d</p>", "a c\n\n\nd"),
        ("a < b & $c$ or $5 $$ [^d]", "a < b & $c$ or $5 $$ [^d]"),
        ("$$\na\n$$", "$$\na\n$$"),
        ("    $$\n    \\a$$", "    $$\n    \\a$$"),
        ("a\n    [^b]: c", "a\n[^b]: c"),
    ],
)
def test_what_is_seen_stays(text: str, seen: str) -> None:
    assert rendered(text) == (seen, frozenset())


@pytest.mark.parametrize(
    ("text", "seen", "kind"),
    [
        ("a [b](c) ![d](e)", "a b ", "link_targets"),
        ("a [b][c] ![d][e] ![f]", "a [b]  ", "link_targets"),
        ("a\n\n[b]: c", "a", "reference_definitions"),
        ("a\n[^b]: c\n    d\n\n    e\n\nf", "a\n\nf", "reference_definitions"),
        ("[^b]:\n\na", "a", "reference_definitions"),
        ("a <b c", "a ", "hidden_html"),
        ("a <!-- b -->", "a ", "hidden_html"),
        ("`a | <b c>d</b>`", "`a | d`", "hidden_html"),
        ("```Math x\na\n```\nb", "b", "drawings"),
        ("a $\\b$ c $$%d$$ e", "a  c  e", "drawings"),
        ("a\n$$\n\\b\n\nc $$\nd", "a\n\nd", "drawings"),
        ("[" * 20 + "a", "", "deep_brackets"),
    ],
)  # fmt: skip
def test_what_is_not_seen_is_left_out_and_told(text: str, seen: str, kind: str) -> None:
    assert rendered(text) == (seen, frozenset({kind}))


def test_the_number_of_a_footnote_is_left_out_with_it() -> None:
    assert rendered("a[^b]\n\n[^b]: c") == ("a", frozenset({"link_targets", "reference_definitions"}))
