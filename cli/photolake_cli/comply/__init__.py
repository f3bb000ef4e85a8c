"""The command `photolake comply`."""
