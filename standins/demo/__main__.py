"""python -m standins.demo: from a sentence to running code, on this machine, with no account."""

import signal

# To load the rest takes a second, in which somebody may have thought better of it: that ends it, and no more.
signal.signal(signal.SIGINT, signal.SIG_DFL)

import sys  # noqa: E402

from standins.demo.playing import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
