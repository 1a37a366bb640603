"""python -m standins.demo: from a sentence to running code, on this machine, with no account."""

import os
import signal
import sys
from types import FrameType
from typing import Final

STOPPED: Final = 130


def stop(_signal: int, _frame: FrameType | None) -> None:
    """Before the play has begun there is nothing to take down."""
    sys.stdout.write("\nStopped before its end.\n")
    sys.stdout.flush()
    os._exit(STOPPED)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, stop)
    from standins.demo.playing import (
        main,  # it takes a second, in which somebody may have thought better of it
    )

    sys.exit(main(sys.argv[1:]))
