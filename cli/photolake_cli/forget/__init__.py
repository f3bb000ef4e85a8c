"""`photolake forget`: deletions on request."""
