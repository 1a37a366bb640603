"""How much work something is, on a machine that does other things too."""

from collections.abc import Callable
from time import process_time


def spent(work: Callable[[str], object], text: str) -> float:
    """The least CPU time of three tries: what else the machine does is not counted."""
    times = []
    for _ in range(3):
        began = process_time()
        work(text)
        times.append(process_time() - began)
    return min(times)
