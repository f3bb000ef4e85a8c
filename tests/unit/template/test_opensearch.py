"""The search index in OpenSearch: off unless a domain is set, and then no more than what its writers do."""

import pytest

from laptop_cloud.errors import TemplateError
from laptop_cloud.stack import template
from laptop_cloud.stack.resolver import CreatedResource, Resolver
from tests.resolved_template import PSEUDO_PARAMETERS, ROOT, environment, transformed

DOMAIN = "arn:aws:es:us-east-1:123456789012:domain/photos"
ENDPOINT = "https://search-photos-abc.us-east-1.es.amazonaws.com"
ON = {"OpenSearchEndpoint": ENDPOINT, "OpenSearchDomainArn": DOMAIN, "DatabaseName": "lake"}
OF_OPENSEARCH = {"OpenSearchPolicy", "SearchDocumentAlarm"}
WRITERS = ["collector", "photo_fetcher", "image_analyzer", "forgetter"]


def resolve(loaded):
    resolver = Resolver(loaded.document, {**loaded.parameters, **PSEUDO_PARAMETERS})
    for name in resolver.resources:
        resolver.add(name, CreatedResource(name, {"Arn": f"arn:{name}", "FunctionUrl": f"https://{name}"}))
    return resolver


@pytest.fixture(scope="module")
def with_domain():
    return resolve(template.load_template(ROOT / "template.yaml", ON, {}, "us-east-1"))


def test_without_a_domain_there_is_no_resource_and_no_permission_for_it(with_domain):
    without = resolve(transformed()).resources

    assert with_domain.resources.keys() - without.keys() == OF_OPENSEARCH
    assert environment("image_analyzer")["OPENSEARCH_ENDPOINT"] == ""


def test_its_writers_may_read_and_write_documents_of_its_own_indexes_and_create_them(with_domain):
    policy = with_domain.properties("OpenSearchPolicy")

    assert policy["PolicyDocument"]["Statement"] == [
        {"Effect": "Allow", "Action": ["es:ESHttpPost", "es:ESHttpPut"], "Resource": f"{DOMAIN}/lake-images-v*"},
        {"Effect": "Allow", "Action": "es:ESHttpHead", "Resource": f"{DOMAIN}/lake-images"},
    ]
    assert policy["Roles"] == ["".join(word.capitalize() for word in f"{name}_role".split("_")) for name in WRITERS]


@pytest.mark.parametrize("function", WRITERS)
def test_each_writer_gets_endpoint_and_alias(with_domain, function):
    name = "".join(word.capitalize() for word in f"{function}_function".split("_"))
    variables = with_domain.properties(name)["Environment"]["Variables"]

    assert (variables["OPENSEARCH_ENDPOINT"], variables["OPENSEARCH_ALIAS"]) == (ENDPOINT, "lake-images")


def test_the_alarm_adds_up_what_each_writer_counts(with_domain):
    metrics = [
        metric["MetricStat"]["Metric"] for metric in with_domain.properties("SearchDocumentAlarm")["Metrics"][1:]
    ]

    assert [metric["Dimensions"][0]["Value"] for metric in metrics] == WRITERS
    sink = (ROOT / "layers/core/photolake/opensearch/sink.py").read_text()
    assert {f'add_metric("{metric["MetricName"]}"' in sink for metric in metrics} == {True}


@pytest.mark.parametrize(
    "given",
    [
        {"OpenSearchEndpoint": "http://search.example.org"},
        {"OpenSearchEndpoint": "https://search.example.org/images"},
        {"OpenSearchEndpoint": "https://abc.us-east-1.aoss.amazonaws.com"},
        {"OpenSearchDomainArn": "arn:aws:aoss:us-east-1:123456789012:collection/abc"},
        {"OpenSearchDomainArn": "*"},
    ],
)
def test_what_is_no_domain_is_refused(given):
    with pytest.raises(TemplateError, match=next(iter(given))):
        template.load_template(ROOT / "template.yaml", given, {}, "us-east-1")


def test_the_laptop_takes_a_server_of_its_own_without_a_domain():
    local = {"OpenSearchEndpoint": "http://127.0.0.1:9200"}
    resolver = resolve(template.load_template(ROOT / "template.yaml", local, {}, "us-east-1"))

    assert not resolver.resources.keys() & OF_OPENSEARCH
    assert resolver.outputs()["OpenSearchEndpoint"] == "http://127.0.0.1:9200"
    assert "OpenSearchEndpoint" not in resolve(transformed()).outputs()
