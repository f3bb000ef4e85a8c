"""`photolake export study`: the ids of a collection, and all that a reader must know of it."""
