"""Two commits side by side in a mirror, as a unified diff by git's own hand: nothing of theirs is run."""

import asyncio
from typing import Final

from bot.infrastructure.git_mirror import Damaged, GitFailed, Mirror, check_sha
from bot.records import StepFailed

_SECONDS: Final = 60.0
# No attribute of the repository's counts in a bare one; these are for whatever else might be asked to help.
_OPTIONS: Final = ("-r", "-M", "-p", "--no-color", "--no-ext-diff", "--no-textconv", "--full-index")
_CONFIG: Final = {"diff.renameLimit": "1000", "diff.algorithm": "myers", "diff.noprefix": "false"}


async def difference(mirror: Mirror, old: str, new: str, *, within: float = _SECONDS) -> bytes:
    """What leads from one to the other. Raises StepFailed("diff_too_large"), Damaged."""
    try:
        async with asyncio.timeout(within):
            return await mirror.git(
                "diff-tree", *_OPTIONS, check_sha(old), check_sha(new), config={**_CONFIG}
            )
    except TimeoutError:
        raise StepFailed("diff_too_large", f"not done in {within:.0f} seconds") from None
    except StepFailed as no:
        code = "diff_too_large" if no.code == "repository_too_large" else no.code
        raise StepFailed(code, no.detail) from no
    except GitFailed as failure:
        raise Damaged("mirror_damaged", failure.said) from failure
