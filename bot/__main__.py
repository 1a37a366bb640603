"""python -m bot: loads the command line and runs it."""

import gc
import sys

# Nothing that is being loaded is garbage: without looking for any, it takes a sixth less time.
gc.disable()

from bot.command_line import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
