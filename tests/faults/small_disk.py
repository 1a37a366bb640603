"""A bot's working copies on a disk that is small, filled and emptied, or that may not be written to.

`python -m tests.faults.small_disk <small or shut> <directory> <url> <token> <commit>`, inside bubblewrap,
prints what came of it as one line of JSON.
"""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bot.infrastructure.git import GitSources
from bot.infrastructure.resilience import POLICIES, Policy
from bot.records import FileEdit, Repository, StepFailed, Unavailable

SHOP: Final = Repository(id=7, full_name="team/shop", installation_id=1)
PIECE: Final = bytes(64 * 1024)
LEFT_BYTES: Final = 256 * 1024
LARGE: Final = FileEdit(path="large", content=bytes(2 * LEFT_BYTES))
# More often than git may fail before it is left alone.
TIMES: Final = 6


def sources_at(data: Path, policy: Policy, *, url: str, token: str) -> GitSources:
    async def token_of(_repository: Repository) -> str:
        return token

    return GitSources(data, remote_url_of=lambda _: url, token_of=token_of, policy=policy)


async def came_of(sources: GitSources, commit: str, *edits: FileEdit) -> str:
    """How large each file of a working copy is, or why there is none."""
    try:
        async with sources.working_copy(SHOP, commit, edits) as directory:
            return " ".join(str(path.stat().st_size) for path in sorted(directory.iterdir()))
    except (Unavailable, StepFailed) as failure:
        return failure.code


def fill(directory: Path, *, left: int) -> Path:
    """Somebody else's file, which takes all but so many bytes of the disk."""
    filler = directory / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(PIECE)
        except OSError:
            file.truncate(file.tell() - left)
    return filler


async def small(directory: Path, commit: str, url: str, token: str) -> Mapping[str, Any]:
    """Filled to the brim before anything is fetched, then with room for a little, and emptied each time."""
    policy = Policy("git", **POLICIES["git"])
    sources = sources_at(directory / "bot", policy, url=url, token=token)
    filler = fill(directory, left=0)
    none = {await came_of(sources, commit) for _ in range(TIMES)}
    filler.unlink()
    whole = await came_of(sources, commit)
    filler = fill(directory, left=LEFT_BYTES)
    little = await came_of(sources, commit, LARGE)
    filler.unlink()
    return {
        "no room": sorted(none),
        "then": whole,
        "too little": little,
        "at last": await came_of(sources, commit, LARGE),
        "circuit": policy.state,
        "left behind": len(list((directory / "bot" / "copies").iterdir())),
    }


async def shut(directory: Path, commit: str, url: str, token: str) -> Mapping[str, Any]:
    """Nothing may be written, though the commit is there."""
    policy = Policy("git", **POLICIES["git"])
    sources = sources_at(directory, policy, url=url, token=token)
    return {"copy": await came_of(sources, commit), "circuit": policy.state}


if __name__ == "__main__":
    how, where, url, token, commit = sys.argv[1:]
    story = small if how == "small" else shut
    sys.stdout.write(json.dumps(asyncio.run(story(Path(where), commit, url, token))))
