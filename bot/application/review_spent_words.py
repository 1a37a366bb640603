"""What is said of the cost of a review that comes to nothing."""


def below(micro_usd: int) -> str:
    """Behind the summary of its check; nothing where it cost nothing."""
    return f" What was asked until then cost ${micro_usd / 1e6:.4f}." if micro_usd else ""
