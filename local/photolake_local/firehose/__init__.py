"""A local Amazon Data Firehose: delivers records to S3 as the service does, and refuses what it refuses."""

from photolake_local.firehose.configuration import problems
from photolake_local.firehose.service import FirehoseService

__all__ = ["FirehoseService", "problems"]
