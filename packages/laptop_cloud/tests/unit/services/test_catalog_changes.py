"""Tables of the catalog, read again only when they have changed."""

from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from laptop_cloud.server.loopback import LoopbackServer
from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable, GlueCatalog
from laptop_cloud.services.moto.catalog_changes import CatalogChanges, connect_changes


@pytest.fixture
def server():
    with mock_aws():
        server = LoopbackServer(CatalogChanges(DomainDispatcherApplication(create_backend_app)), "glue")
    yield server
    server.stop()


@pytest.fixture
def glue(server):
    client = boto3.client("glue", endpoint_url=server.url)
    for database in ("lake", "other"):
        client.create_database(DatabaseInput={"Name": database})
        client.create_table(DatabaseName=database, TableInput=table("posts", "bigint"))
    yield client
    for database in ("lake", "other"):
        client.delete_database(Name=database)


@pytest.fixture
def reads(glue):
    found: list[str] = []
    glue.meta.events.register("before-call.glue.GetTable", lambda **_: found.append("read"))
    return found


@pytest.fixture
def catalog(server, glue):
    return GlueCatalog(glue, connect_changes(server.url))


def table(name: str, kind: str) -> Any:
    serde = {"SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe"}
    return {"Name": name, "StorageDescriptor": {"Columns": [{"Name": "id", "Type": kind}], "SerdeInfo": serde}}


def read_type(catalog: GlueCatalog, database: str = "lake", name: str = "posts") -> str:
    catalog.refresh()
    found = catalog.find_known(database, name)
    return found.signature[0][1] if isinstance(found, ExternalTable) else str(found)


def test_a_table_is_read_once_until_it_changes(catalog, glue, reads):
    assert [read_type(catalog) for _ in range(3)] == ["bigint"] * 3
    assert len(reads) == 1

    glue.update_table(DatabaseName="lake", TableInput=table("posts", "string"))

    assert [read_type(catalog) for _ in range(3)] == ["string"] * 3
    assert len(reads) == 2


def test_a_change_of_one_table_leaves_the_others_known(catalog, glue, reads):
    assert read_type(catalog, "other") == "bigint"
    glue.update_table(DatabaseName="lake", TableInput=table("posts", "string"))
    glue.get_tables(DatabaseName="lake")
    glue.create_table(DatabaseName="lake", TableInput=table("likes", "int"))

    assert read_type(catalog, "other") == "bigint"
    assert len(reads) == 1
    assert read_type(catalog, name="likes") == "int"


def test_a_table_that_is_deleted_or_comes_later_is_seen(catalog, glue):
    assert read_type(catalog, name="likes") == "None"
    glue.create_table(DatabaseName="lake", TableInput=table("likes", "int"))
    assert read_type(catalog, name="likes") == "int"
    glue.delete_table(DatabaseName="lake", Name="likes")
    assert read_type(catalog, name="likes") == "None"


def test_any_other_change_may_concern_every_table(catalog, glue):
    assert read_type(catalog) == "bigint"

    glue.batch_delete_table(DatabaseName="lake", TablesToDelete=["posts"])

    assert read_type(catalog) == "None"


def test_a_statement_keeps_what_it_has_read_and_none_after_it_gets_what_was_read_before_a_change(catalog, glue):
    catalog.refresh()
    find = catalog.find

    def find_while_it_changes(database, name):
        found = find(database, name)
        glue.update_table(DatabaseName="lake", TableInput=table("posts", "string"))
        catalog.refresh()  # another statement begins
        return found

    catalog.find = find_while_it_changes
    assert catalog.find_known("lake", "posts").signature == (("id", "bigint"),)
    catalog.find = find

    assert read_type(catalog) == "string"
