"""The demonstration: stand-ins and the real bot on this machine, and stories told live in the terminal."""
