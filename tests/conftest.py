"""Gives every test made-up AWS credentials, and hides the AWS configuration of the machine."""

import gc
import os

from hypothesis import settings

# Tests make few cycles among many objects: by the default threshold a fifth of their time goes into looking for them.
gc.set_threshold(50_000, 20, 20)
# How long an example takes depends on the machine.
settings.register_profile("photolake", deadline=None)
settings.load_profile("photolake")

# Set before any module makes a client at import, as the functions do.
os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
    POWERTOOLS_METRICS_NAMESPACE="photolake/photolake",  # the stack is named photolake
    POWERTOOLS_SERVICE_NAME="test",
    POWERTOOLS_TRACE_DISABLED="true",
)
for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL") or name == "AWS_PROFILE"]:
    del os.environ[name]
