"""What each method of the Web API does, one file per family."""
