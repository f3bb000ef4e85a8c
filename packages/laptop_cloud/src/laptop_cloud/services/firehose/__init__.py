"""A local Amazon Data Firehose: delivers records to S3 as the service does, and refuses what it refuses."""

from laptop_cloud.services.firehose.configuration import problems
from laptop_cloud.services.firehose.service import FirehoseService

__all__ = ["FirehoseService", "problems"]
