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
        # A browser may go on reading an attribute where the parser took the tag for finished.
        ('a<b title=b">c', "a"),
        ("a<b title=b'>c", "a"),
        ('a<b title="b', "a"),
    ],
)
def test_what_is_hidden_is_left_out_and_told(fragment: str, shown: str) -> None:
    page = Page.of(fragment)

    assert (page.text, page.hid_something) == (shown, True)
