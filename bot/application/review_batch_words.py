"""What the check of a review says while it waits for what was handed in."""


def waits() -> tuple[str, str]:
    """Title and summary: it is in progress, and nothing is wrong."""
    return (
        "In progress; waits for a batch",
        "Nobody asked for this review, so it is read at half the price when there is time for it: usually "
        "within an hour, at most within a day for each question of its two readers, who ask a few more where "
        "they look into other files. `/claude review` has it read now.",
    )
