"""`photolake index`: the search index, made again from the lake."""
