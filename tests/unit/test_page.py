"""The words of an HTML fragment: what a browser shows of it, and whether anything was hidden."""

import pytest

from bot.domain.page import Page


@pytest.mark.parametrize(
    ("fragment", "shown"),
    [
        ("a b", "a b"),
        ("a<b>b</b>c", "abc"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
        ("a<br>b<p>c", "a\nb\nc"),
        ("</p>a", "a"),
        ("a<sup>b<sub>c</sub>d</sup>e<sub>f</sub><sub>g</sub>", "abcdefg"),
        ("<!>a", "a"),
    ],
)
def test_what_is_shown_is_kept(fragment: str, shown: str) -> None:
    page = Page.of(fragment)

    assert (page.text, page.hid_something) == (shown, False)


@pytest.mark.parametrize(
    ("fragment", "shown"),
    [
        ("a<!-- b -->c", "ac"),
        ("a<?php b ?>c", "ac"),
        ("a<!DOCTYPE b>c", "ac"),
        ("a<![CDATA[b]]>c", "ac"),
        ("a<svg><p>b</p><br></svg>c", "ac"),
        ("a<svg><p>b</svg>c", "ac"),
        ("a<details><summary>b</summary>b</details>c", "ac"),
        ("<details open>a</details>", "a"),
        ("a<p hidden>b</p>c", "ac"),
        ("a<img alt='b'>c", "ac"),
        ("a<b style='Display:none'>b</b>c", "ac"),
        ("a<b style>b</b>c", "abc"),
        ("a</svg>b<svg>c", "ab"),
        ("a<rp>b</rp>c", "ac"),
        ("a<p color=white>b</p>c", "ac"),
        ("a<pre lang=mermaid>b</pre>c", "ac"),
        ("<sub><sup>a<small>b</small></sup></sub>c", "ac"),
        ("a" + "<svg>" * 1_001 + "</svg>" * 1_001 + "b", "a"),
        # A browser may go on reading an attribute where the parser took the tag for finished.
        ('a<b title=b">c', "a"),
        ("a<b title=b'>c", "a"),
        ('a<b title="b', "a"),
    ],
)
def test_what_is_hidden_is_left_out_and_told(fragment: str, shown: str) -> None:
    page = Page.of(fragment)

    assert (page.text, page.hid_something) == (shown, True)


def test_behind_what_is_left_open_nothing_is_shown() -> None:
    page = Page()
    page.show("a")
    page.read("<b title='")
    page.show("b")
    page.read("'>c")

    assert (page.text, page.hid_something) == ("a", True)
