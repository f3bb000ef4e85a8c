"""`photolake find-person`."""
