"""Promises of the security catalogue, each test named after its row."""
