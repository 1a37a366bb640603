"""What a pull request changes, as it is read: in groups, without what was read before or is left out."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.application.ports import World
from bot.application.review_seen import Seen, diff_seen
from bot.domain.diff import FileDiff, files_in
from bot.domain.diff_shown import is_cut, pack
from bot.domain.following import Followed, follow, keys_of, unread
from bot.domain.left_out import why_left_out
from bot.domain.patches import read_patches
from bot.domain.remarks import Finding
from bot.domain.reviewing import Request
from bot.records import StepFailed
from bot.review_records import Patch

# What one question may hold of a diff, and how many of them a review may ask.
GROUP_TOKENS: Final = 60_000
MOST_GROUPS: Final = 4
BRIEF_GROUPS: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known before it is read: which files are no secret, what was found, which hunks were read.

    `most` is how many questions there may be.
    """

    not_secret: Sequence[str]
    findings: Sequence[Finding] = ()
    hunks: Sequence[str] = ()
    most: int = MOST_GROUPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What it changes: the diff, its files to be read, and those that are not, with why, or only in part.

    `hunks` are all that will have been read in the end, and `covered` the files that they are of.
    """

    diff: bytes
    files: Mapping[str, FileDiff]
    groups: tuple[tuple[FileDiff, ...], ...]
    followed: Followed
    hunks: tuple[str, ...]
    covered: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    in_part: tuple[str, ...]
    unlisted: int

    @property
    def moved(self) -> tuple[tuple[str, str], ...]:
        """What was called otherwise before, and how it is called now, where no line of it changes."""
        bare = (self.files[path] for path, why in self.left_out if why == "no_lines")
        return tuple((each.header.was, each.path) for each in bare if each.header.was)


async def look_at_changes(request: Request, pull: Seen, known: Known, world: World) -> Changed:
    """The diff of the commit that was seen, whatever has been pushed since. Raises StepFailed."""
    repository, patches = request.repository, list[Patch]()
    diff = await diff_seen(world, repository, pull)
    if diff is None:
        patches = list(await world.reviews.patches(repository, request.number))
        now = await world.reviews.look(repository, request.number)
        if now.head != pull.head:  # the listing is of what it shows now
            raise StepFailed("head_moved", f"#{pull.number} is at {now.head}")
    # In a thread: a large diff takes longer than the others can wait.
    if diff is None:
        return await asyncio.to_thread(_listed, patches, pull.files, known)
    return await asyncio.to_thread(lambda: _parted(diff, list(files_in(diff)), 0, known))


def _listed(patches: Sequence[Patch], count: int, known: Known) -> Changed:
    text, files = read_patches(patches)
    return _parted(text, files, max(0, count - len(files)), known)  # GitHub's listing ends at 3,000 files


def _parted(text: bytes, files: Sequence[FileDiff], unlisted: int, known: Known) -> Changed:
    why = {file.path: why_left_out(text, file, not_secret=known.not_secret) for file in files}
    unseen = {path for path, code in why.items() if code not in {None, "no_lines"}}
    readable = [file for file in files if not why[file.path]]
    news = unread(text, readable, known.hunks)
    packed = pack(news, budget=GROUP_TOKENS, most=known.most)
    why |= {file.path: "too_much" for file in packed.too_much}
    covered = [file for file in readable if not why[file.path]]
    read = Counter(keys_of(text, readable)) - Counter(keys_of(text, packed.too_much))
    return Changed(
        diff=text,
        files={file.path: file for file in files},
        groups=packed.groups,
        followed=follow(known.findings, text, files, news, unseen=unseen, is_all=not unlisted),
        hunks=tuple(read.elements()),
        covered=tuple(file.path for file in covered),
        left_out=tuple((path, code) for path, code in why.items() if code),
        in_part=tuple(file.path for file in covered if is_cut(text, file)),
        unlisted=unlisted,
    )
