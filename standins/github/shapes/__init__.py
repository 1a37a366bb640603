"""GitHub's JSON, one file per kind of thing: complete enough for the published schemas, and no more."""
