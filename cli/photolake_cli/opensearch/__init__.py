"""`photolake rebuild-opensearch`: the search index, filled from the lake."""
