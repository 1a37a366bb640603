"""Every sentence about what has a review begin, beside the command."""


def not_again(refusal: str) -> tuple[str, str]:
    """Title and summary of a check that somebody who may not wanted to have run again."""
    return "Not run again", f"Not run again, because: {refusal} The walkthrough says what was found."
