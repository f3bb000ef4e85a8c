"""moto's DynamoDB transactions over a table with many items."""

import subprocess
import sys

# In a process of its own: what is replaced stays replaced.
PROGRAM = """
import boto3
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.dynamodb.models.dynamo_type import Item
from laptop_cloud.services.moto.transaction_cost import lower_transaction_cost

copies, copy_item = [], Item.__deepcopy__
Item.__deepcopy__ = lambda item, memo: copies.append(1) or copy_item(item, memo)
lower_transaction_cost()
with mock_aws():
    client = boto3.client("dynamodb", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    for table, keys in (("one", ["a"]), ("two", ["a", "b"])):
        client.create_table(
            TableName=table,
            KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ["HASH", "RANGE"])],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        for number in range(50):
            client.put_item(TableName=table, Item={key: {"S": str(number)} for key in keys})
    everything = lambda: [sorted(map(str, client.scan(TableName=table)["Items"])) for table in ("one", "two")]
    new = {"a": {"S": "new"}, "b": {"S": "new"}}
    known = {"a": {"S": "7"}, "b": {"S": "7"}}
    put = {"Put": {"TableName": "one", "Item": known | {"x": {"S": "changed"}}}}
    delete = {"Delete": {"TableName": "two", "Key": {"a": {"S": "8"}, "b": {"S": "8"}}}}
    update = {"Update": {"TableName": "two", "Key": known, "UpdateExpression": "SET x = :x",
                         "ExpressionAttributeValues": {":x": {"S": "changed"}}}}
    fails = {"Put": {"TableName": "two", "Item": new, "ConditionExpression": "attribute_exists(a)"}}
    for operations in ([put, delete, fails], [put, update, fails]):
        before = everything()
        try:
            client.transact_write_items(TransactItems=operations)
        except ClientError as error:
            print([reason["Code"] for reason in error.response["CancellationReasons"]], everything() == before)
    copies.clear()
    client.transact_write_items(TransactItems=[put, delete])
    print(len(copies))
    client.transact_write_items(TransactItems=[update])
    print(client.get_item(TableName="one", Key={"a": {"S": "7"}})["Item"]["x"], len(everything()[1]))
"""


def test_a_transaction_copies_no_item_that_it_does_not_name_and_still_rolls_back():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines() == [
        "['None', 'None', 'ConditionalCheckFailed'] True",
        "['None', 'None', 'ConditionalCheckFailed'] True",
        "0",
        "{'S': 'changed'} 49",
    ]
