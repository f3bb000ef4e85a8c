"""How moto finds the code for a request."""

import subprocess
import sys

# In a process of its own: what is replaced stays replaced.
PROGRAM = """
import os
from moto import backends
from moto.core import responses
from moto.dynamodb.responses import DynamoHandler
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from laptop_cloud.services.moto.dispatch_cost import lower_dispatch_cost

modules, methods = list(backends.list_of_moto_modules()), responses.method_names_from_class(DynamoHandler)
lower_dispatch_cost()
listed, list_folder = [], os.listdir
os.listdir = lambda folder: listed.append(folder) or list_folder(folder)
application = DomainDispatcherApplication(create_backend_app)
print([application.get_backend_for_host(host) for host in ("sqs", "sqs.us-east-1.amazonaws.com", "moto_api", None)])
print(listed)
print(list(backends.list_of_moto_modules()) == modules)
print(responses.method_names_from_class(DynamoHandler) == methods)
"""


def test_a_request_finds_its_service_as_before_and_reads_no_folder():
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines() == ["['sqs', 'sqs', 'moto_api', None]", "[]", "True", "True"]
