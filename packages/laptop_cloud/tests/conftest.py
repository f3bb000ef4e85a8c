"""For every test: AWS clients see made-up credentials and no configuration of the machine."""

import os

from hypothesis import settings

# How long an example takes depends on the machine.
settings.register_profile("laptop_cloud", deadline=None)
settings.load_profile("laptop_cloud")

os.environ.update(
    AWS_ACCESS_KEY_ID="test",
    AWS_SECRET_ACCESS_KEY="test",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    AWS_CONFIG_FILE=os.devnull,
    AWS_SHARED_CREDENTIALS_FILE=os.devnull,
    AWS_EC2_METADATA_DISABLED="true",
)
for name in [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL") or name == "AWS_PROFILE"]:
    del os.environ[name]
