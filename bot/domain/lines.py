"""Lines as git, editors and runners have them: a line feed ends one, and nothing else does.

Python would also part a text at form feeds, separators of records and the line separator of Unicode, which
stand in the midst of lines: every number behind one would be another than everybody else's.
"""

from io import BytesIO, StringIO


def lines_of(text: str) -> list[str]:
    """The lines without their ends."""
    return [line.removesuffix("\n") for line in with_ends(text)]


def with_ends(text: str) -> list[str]:
    """The lines with their ends; the last may have none."""
    return StringIO(text, newline="\n").readlines()


def bytes_with_ends(content: bytes) -> list[bytes]:
    """The same of bytes."""
    return BytesIO(content).readlines()
