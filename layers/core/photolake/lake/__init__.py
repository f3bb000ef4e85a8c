"""The landing tables as objects in S3: their partitions, and writing one anew."""
