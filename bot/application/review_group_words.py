"""What is said of files that a review read, and that the model put with none of its groups."""

from typing import Final

REST: Final = "The rest"
