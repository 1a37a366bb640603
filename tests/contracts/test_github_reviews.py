"""Reviews of pull requests: diffs, listings and what is said at lines, kept against GitHub's stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.diff import files_in
from bot.infrastructure.github_reviews import GitHubReviews
from bot.records import StepFailed
from bot.review_records import LineComment
from tests.contracts.github_side import ERP, Side, github_side

MARKER = "<!-- claude-code-bot:review:k1 -->"


@pytest.fixture
async def side(tmp_path: Path) -> AsyncIterator[Side]:
    async with github_side(tmp_path) as side:
        yield side


@pytest.fixture
def reviews(side: Side) -> GitHubReviews:
    return GitHubReviews(side.app)


async def opened(side: Side, files: dict[str, str | bytes | None]) -> int:
    await side.github.push("dev", ERP, files, branch="work")
    return await side.github.open_pull("dev", ERP, head="work", title="Work", body="More of it")


async def test_it_is_seen_as_it_stands(side: Side, reviews: GitHubReviews) -> None:
    number = await opened(side, {"a.txt": "a\n"})

    pull = await reviews.look(side.repository, number)

    assert (pull.title, pull.body, pull.is_open) == ("Work", "More of it", True)
    assert pull.files == 1
    assert (pull.is_draft, pull.is_from_here, pull.author) == (False, True, "dev")
    assert pull.head == side.github.repository(ERP).branches["work"]
    await side.github.close_pull("dev", ERP, number)
    assert not (await reviews.look(side.repository, number)).is_open


async def test_what_is_gone_is_said_to_be(side: Side, reviews: GitHubReviews) -> None:
    with pytest.raises(StepFailed) as failure:
        await reviews.look(side.repository, 404)

    assert failure.value.code == "pull_request_gone"


async def test_its_diff_comes_as_bytes_in_whatever_characters_it_is_written(
    side: Side, reviews: GitHubReviews
) -> None:
    number = await opened(side, {"a.txt": "a\n", "src/old.py": "new\n", "ü.txt": "ü\r\n"})
    pull = await reviews.look(side.repository, number)

    diff = await reviews.diff(side.repository, base=pull.base, head=pull.head)

    assert diff is not None
    assert [file.path for file in files_in(diff)] == ["a.txt", "src/old.py", "ü.txt"]
    assert all(file.is_whole for file in files_in(diff))


async def test_the_same_page_in_two_forms_is_kept_apart(side: Side, reviews: GitHubReviews) -> None:
    number = await opened(side, {"a.txt": "a\n"})
    pull = await reviews.look(side.repository, number)

    for _ in range(2):
        assert await reviews.diff(side.repository, base=pull.base, head=pull.head)
        assert (await side.branches.since(side.repository, pull.base, pull.head)).only_added


async def test_of_too_many_files_there_is_no_diff_but_a_listing(side: Side, reviews: GitHubReviews) -> None:
    number = await opened(side, {f"{nth}.txt": "x\n" for nth in range(301)})
    pull = await reviews.look(side.repository, number)

    assert await reviews.diff(side.repository, base=pull.base, head=pull.head) is None
    patches = await reviews.patches(side.repository, number)

    assert len(patches) == 301
    assert (patches[0].status, patches[0].changes, patches[0].patch) == ("added", 1, "@@ -0,0 +1 @@\n+x")


async def test_of_too_many_lines_there_is_neither_a_diff_nor_a_patch(
    side: Side, reviews: GitHubReviews
) -> None:
    number = await opened(side, {"long.txt": "x\n" * 20_001})
    pull = await reviews.look(side.repository, number)

    assert await reviews.diff(side.repository, base=pull.base, head=pull.head) is None
    [patch] = await reviews.patches(side.repository, number)
    assert (patch.changes, patch.patch) == (20_001, None)


async def test_one_review_says_all_at_its_lines_and_is_found_again(
    side: Side, reviews: GitHubReviews
) -> None:
    number = await opened(side, {"a.txt": "a\nb\nc\n", "src/old.py": None})
    pull = await reviews.look(side.repository, number)
    comments = [
        LineComment(path="a.txt", body="here", line=2, side="RIGHT"),
        LineComment(path="a.txt", body="and here", line=3, side="RIGHT", first=1),
        LineComment(path="a.txt", body="once", line=1, side="RIGHT", first=1),
        LineComment(path="src/old.py", body="there", line=1, side="LEFT"),
    ]
    assert await reviews.find(side.repository, number, marker=MARKER) is None

    made = await reviews.post(
        side.repository, number, head=pull.head, body=f"{MARKER}\nFour", comments=comments
    )

    assert made is not None
    assert await reviews.find(side.repository, number, marker=MARKER) == made
    assert side.github.violations == []


async def test_a_marker_that_somebody_copied_is_not_ours(side: Side, reviews: GitHubReviews) -> None:
    number = await opened(side, {"a.txt": "a\n"})
    await side.github.review("dev", ERP, number, event="COMMENT", body=MARKER)

    assert await reviews.find(side.repository, number, marker=MARKER) is None


@pytest.mark.parametrize(
    "comment",
    [
        LineComment(path="a.txt", body="x", line=9, side="RIGHT"),
        LineComment(path="none.txt", body="x", line=1, side="RIGHT"),
        LineComment(path="a.txt", body="x", line=1, side="LEFT"),
        LineComment(path="a.txt", body="x", line=2, side="RIGHT", first=9),
        LineComment(path="a.txt", body="x", line=1, side="RIGHT", first=2),
    ],
)
async def test_one_comment_that_github_does_not_take_leaves_all_unsaid(
    side: Side, reviews: GitHubReviews, comment: LineComment
) -> None:
    number = await opened(side, {"a.txt": "a\nb\n"})
    pull = await reviews.look(side.repository, number)
    fine = LineComment(path="a.txt", body="here", line=2, side="RIGHT")

    said = await reviews.post(side.repository, number, head=pull.head, body=MARKER, comments=[fine, comment])

    assert said is None
    assert await reviews.find(side.repository, number, marker=MARKER) is None


@pytest.mark.parametrize("line", [2, None])
async def test_one_comment_by_itself_stands_at_its_line_or_is_of_its_file(
    side: Side, reviews: GitHubReviews, line: int | None
) -> None:
    number = await opened(side, {"a.txt": "a\nb\n"})
    pull = await reviews.look(side.repository, number)
    comment = LineComment(path="a.txt", body=f"{MARKER}\nhere", line=line, side="RIGHT")
    assert await reviews.remarked(side.repository, number, marker=MARKER) is None

    made = await reviews.remark(side.repository, number, head=pull.head, comment=comment)

    assert made is not None
    assert await reviews.remarked(side.repository, number, marker=MARKER) == made
    assert side.github.violations == []


@pytest.mark.parametrize(("path", "line"), [("a.txt", 9), ("none.txt", None)])
async def test_one_by_itself_that_github_does_not_take_is_not_there(
    side: Side, reviews: GitHubReviews, path: str, line: int | None
) -> None:
    number = await opened(side, {"a.txt": "a\nb\n"})
    pull = await reviews.look(side.repository, number)
    comment = LineComment(path=path, body=MARKER, line=line, side="RIGHT")

    assert await reviews.remark(side.repository, number, head=pull.head, comment=comment) is None
    assert await reviews.remarked(side.repository, number, marker=MARKER) is None
