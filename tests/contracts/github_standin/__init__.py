"""The GitHub stand-in, held to what GitHub publishes."""
