"""`photolake backfill`: existing photos in S3."""
