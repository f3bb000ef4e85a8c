"""The metrics that the dashboard and the alarms show, and those that functions print as embedded metric format."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3

from photolake.opensearch.index import RejectedDocument
from photolake.opensearch.sink import connect_sinks
from tests import resolved_template

# Settings under which every alarm exists.
EVERYTHING = {
    "OpenSearchEndpoint": "https://search-photos-abc.us-east-1.es.amazonaws.com",
    "OpenSearchDomainArn": "arn:aws:es:us-east-1:123456789012:domain/photos",
    "StreamImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/photolake-stream:1",
    "StreamSubnets": "subnet-12345678",
}
SEARCH = re.compile(r"""SEARCH\('\{"?([^",}]+)"?,([^}]+)\} MetricName="(\w+)"', '(\w+)'\)""")


@dataclass(frozen=True)
class Metric:
    """What makes a metric: two with other dimensions are two metrics."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]

    @property
    def service(self) -> str | None:
        """The function that prints it; None for another source."""
        return dict(self.dimensions).get("service")


@cache
def dashboard(everything: bool = False) -> dict[str, Any]:
    """The body of the dashboard, with default settings or with all that can be switched on."""
    settings = EVERYTHING if everything else {}
    body: dict[str, Any] = json.loads(resolved_template.properties("OperationsDashboard", **settings)["DashboardBody"])
    return body


def widgets(kind: str) -> list[dict[str, Any]]:
    """The widgets of a type."""
    return [widget for widget in dashboard()["widgets"] if widget["type"] == kind]


def split(entry: list[Any]) -> tuple[list[str], dict[str, Any]]:
    """An element of a widget's `metrics`: namespace, name and dimensions, none for an expression; its options."""
    options = entry[-1] if isinstance(entry[-1], dict) else {}
    return [part for part in entry if isinstance(part, str)], options


def alarms() -> dict[str, dict[str, Any]]:
    """The properties of every alarm by its logical id."""
    resources: Mapping[str, Any] = resolved_template.transformed().document["Resources"]
    names = [name for name, resource in resources.items() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    return {name: resolved_template.properties(name, **EVERYTHING) for name in names}


@cache
def shown_metrics() -> frozenset[Metric]:
    """Every metric of the dashboard and the alarms."""
    return frozenset([*_iterate_dashboard(), *_iterate_alarms()])


def shown_of(service: str) -> frozenset[Metric]:
    """The shown metrics that a function prints."""
    return frozenset(metric for metric in shown_metrics() if metric.service == service)


def searched() -> set[tuple[str, str, frozenset[str]]]:
    """What the dashboard searches for: namespace, name, and names of dimensions."""
    expressions = [
        split(entry)[1].get("expression", "")
        for widget in widgets("metric")
        for entry in widget["properties"]["metrics"]
    ]
    found = [SEARCH.search(expression) for expression in expressions if "SEARCH" in expression]
    assert all(found), "an expression that searches in another form"
    return {(match[1], match[3], frozenset(match[2].split(","))) for match in found if match}


def printed_metrics(output: str) -> Counter[Metric]:
    """The sums of the metrics in a function's log."""
    sums: Counter[Metric] = Counter()
    for line in output.splitlines():
        entry = json.loads(line) if '"_aws"' in line else {}
        for directive in entry.get("_aws", {}).get("CloudWatchMetrics", []):
            for names in directive["Dimensions"]:
                dimensions = frozenset((name, entry[name]) for name in names)
                for metric in directive["Metrics"]:
                    values = entry[metric["Name"]]
                    key = Metric(directive["Namespace"], metric["Name"], dimensions)
                    sums[key] += sum(values) if isinstance(values, list) else values
    return sums


def count_index_troubles(app: Any) -> None:
    """Have a function count a document that OpenSearch rejects, and a deletion that it postpones."""
    [sink] = connect_sinks("http://127.0.0.1:1", "photolake-images", boto3.Session(), app.logger, app.metrics)
    sink.on_rejected(RejectedDocument("0" * 64, "a test"))
    sink.on_postponed(1, "a test")


def _iterate_dashboard() -> Iterator[Metric]:
    for widget in widgets("metric"):
        for entry in widget["properties"]["metrics"]:
            parts, _ = split(entry)
            if parts:
                namespace, name, *rest = parts
                yield Metric(namespace, name, frozenset(zip(rest[::2], rest[1::2], strict=True)))


def _iterate_alarms() -> Iterator[Metric]:
    for alarm in alarms().values():
        for query in alarm["Metrics"]:
            if stat := query.get("MetricStat"):
                metric = stat["Metric"]
                dimensions = [(each["Name"], each["Value"]) for each in metric.get("Dimensions", [])]
                yield Metric(metric["Namespace"], metric["MetricName"], frozenset(dimensions))
