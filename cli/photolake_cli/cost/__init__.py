"""The work of `photolake cost`."""
