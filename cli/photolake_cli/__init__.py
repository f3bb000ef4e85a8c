"""The `photolake` command."""
