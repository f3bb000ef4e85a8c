"""Amazon Athena on a laptop: DuckDB answers Trino SQL over the Glue catalog and the S3 of the laptop cloud."""
