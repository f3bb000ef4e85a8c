import boto3
from moto import mock_aws

from photolake.aws.secrets import read_secret


@mock_aws
def test_a_secret_is_its_value_without_blanks_around_it_and_empty_until_it_has_one():
    client = boto3.client("secretsmanager")
    secret = client.create_secret(Name="x-token")["ARN"]

    assert read_secret(client, secret) == ""
    client.put_secret_value(SecretId=secret, SecretString=" token\n")
    assert read_secret(client, secret) == "token"
