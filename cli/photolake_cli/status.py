"""The status of a laptop cloud in words and tables; the document is what the cloud's `/status` returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from photolake_cli.console import show_table


def show_status(document: Mapping[str, Any]) -> None:
    """Print queues, buffers, functions and objects."""
    queues = [
        (name, depth["visible"], depth["in_flight"], "dead letters" if depth["is_dlq"] else "")
        for name, depth in document["queues"].items()
    ]
    functions = [
        (name, run["invocations"], run["errors"], run["running"], run["cold_start_ms"])
        for name, run in document["functions"].items()
    ]
    show_table("Queues", ["queue", "waiting", "in flight", ""], queues)
    show_table("Records in Firehose's buffers", ["stream", "records"], list(document["buffers"].items()))
    show_table("Functions", ["function", "runs", "errors", "running", "cold start ms"], functions)
    show_table("Objects in the lake", ["prefix", "objects"], list(document["objects"].items()))
    show_table("Local models", ["in place of", "model"], list(document["analysis"]["models"].items()))


def describe_backlog(document: Mapping[str, Any]) -> str:
    """One line that says what is still in queues and buffers."""
    queues = document["queues"]
    waiting = {name: depth["visible"] + depth["in_flight"] for name, depth in queues.items() if depth["feeds_function"]}
    buffered = sum(document["buffers"].values())
    parts = [f"{name} {count}" for name, count in waiting.items() if count]
    parts += [f"in Firehose {buffered}"] if buffered else []
    return ", ".join(parts) or "nothing is waiting"


def describe_dead_letters(document: Mapping[str, Any]) -> str:
    """One line on messages in dead-letter queues; empty if there are none."""
    depths = {
        name: depth["visible"] for name, depth in document["queues"].items() if depth["is_dlq"] and depth["visible"]
    }
    return ", ".join(f"{count} in {name}" for name, count in depths.items())
