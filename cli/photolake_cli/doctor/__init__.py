"""The work of `photolake doctor`."""
