"""The error of a request that no engine here can answer."""

from laptop_cloud.server.aws_json import ServiceError


def build_unavailable_error(what: str) -> ServiceError:
    """The permanent error that Rekognition documents for requests it cannot answer.

    https://docs.aws.amazon.com/rekognition/latest/APIReference/CommonErrors.html
    """
    return ServiceError("InvalidParameterException", f"Not available locally: {what}")
