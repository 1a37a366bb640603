"""What is said of cost beside what came of it: of what comes to nothing, and of answers that were lost."""


def below(micro_usd: int) -> str:
    """Behind the summary of its check; nothing where it cost nothing."""
    return f" What was asked until then cost ${micro_usd / 1e6:.4f}." if micro_usd else ""


def in_vain(micro_usd: int) -> str:
    """Behind what the answers cost that it rests on; nothing where none was paid in vain."""
    return f" ${micro_usd / 1e6:.4f} more for answers that were lost, or of no use." if micro_usd > 0 else ""


def look(micro_usd: int) -> str:
    """Below an answer in a thread; nothing where it cost nothing."""
    return f"\n\n<sub>This look cost ${micro_usd / 1e6:.4f}.</sub>" if micro_usd else ""
