"""`photolake reindex`: the search index, made again from the lake."""
