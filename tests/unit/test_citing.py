"""What an answer rests on is there, and has an address."""

import pytest

from bot.domain.citing import Citation, address, cited

PAGE = "https://github.com/acme/shop"


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (None, None, (None, None)),
        (1, 1, (1, 1)),
        (2, 9, (2, 9)),
        (3, None, (3, 3)),
        (None, 3, (3, 3)),
    ],
)
def test_lines_that_are_there_are_named(
    first: int | None, last: int | None, found: tuple[int | None, int | None]
) -> None:
    citation = cited("f.py", first, last, lines=9)

    assert citation == Citation(path="f.py", first=found[0], last=found[1])


@pytest.mark.parametrize(("first", "last"), [(0, 3), (-1, -1), (3, 2), (9, 10), (10, None), (0, None)])
def test_lines_that_are_not_there_are_not(first: int | None, last: int | None) -> None:
    assert cited("f.py", first, last, lines=9) is None


@pytest.mark.parametrize(
    ("citation", "name", "link"),
    [
        (Citation(path="a.py"), "a.py", "a.py"),
        (Citation(path="a.py", first=3, last=3), "a.py:3", "a.py#L3"),
        (Citation(path="a.py", first=3, last=5), "a.py:3-5", "a.py#L3-L5"),
        (Citation(path="docs/A.MD", first=3, last=5), "docs/A.MD:3-5", "docs/A.MD?plain=1#L3-L5"),
        (
            Citation(path="a b/(c)#d?.py", first=1, last=1),
            "a b/(c)#d?.py:1",
            "a%20b/%28c%29%23d%3F.py#L1",
        ),
    ],
)
def test_each_has_a_name_and_an_address(citation: Citation, name: str, link: str) -> None:
    assert citation.name == name
    assert address(PAGE, "c1", citation) == f"{PAGE}/blob/c1/{link}"
