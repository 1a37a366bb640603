"""Each port: one suite for the fake and the adapter."""
