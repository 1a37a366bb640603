"""How long a change takes whoever reads it: by its lines, as studies of reviews have them."""

from typing import Final

# A study of 2,500 reviews at Cisco (Cohen, "Best Kept Secrets of Peer Code Review", 2006): faster than 400 to
# 500 lines an hour, and after more than 400 lines at a time, few mistakes are found.
LINES_AN_HOUR: Final = 400
LINES_AT_A_TIME: Final = 400
STEP_MINUTES: Final = 5


def minutes_to_read(lines: int) -> int:
    """So many changed lines, in whole steps of five minutes; one step at least."""
    steps = -(-lines * 60 // (LINES_AN_HOUR * STEP_MINUTES))
    return max(steps, 1) * STEP_MINUTES


def is_too_much_at_a_time(lines: int) -> bool:
    """Whether it is better read in parts."""
    return lines > LINES_AT_A_TIME
