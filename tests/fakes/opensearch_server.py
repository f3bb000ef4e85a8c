"""An OpenSearch domain over HTTP on 127.0.0.1: the requests that the search index sends, and troubles of its own.

`tests/conformance/test_opensearch.py` sends the same requests to a real one and compares the responses.
"""

import json
import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, islice
from typing import Any, Self

from botocore.credentials import Credentials

from photolake.opensearch.client import OpenSearchClient


class FakeOpenSearch:
    """Indexes with their documents, and the troubles of the next requests.

    A trouble is a status (401, 429, 503 ...), or `cut` (the connection closed without a response). Of the
    next documents to be written, an item trouble is a status, or the error of a document that is rejected.
    """

    def __init__(self) -> None:
        self.indexes: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, str] = {}
        self.documents: dict[str, dict[str, dict[str, Any]]] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.troubles: deque[int | str] = deque()
        self.item_troubles: deque[int | dict[str, str]] = deque()
        self.before_write: Callable[[], None] = lambda: None
        self._written = 0
        self._lock = threading.RLock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def connect(self) -> OpenSearchClient:
        """A client for which no time passes while it waits, and a minute between its requests."""
        credentials = Credentials("AKIDEXAMPLE", "secret")
        minutes = count(step=60.0).__next__
        return OpenSearchClient(self.url, credentials, "eu-west-1", sleep=lambda seconds: None, clock=minutes)

    def sources(self, index: str) -> dict[str, Any]:
        """The documents of an index by id."""
        return {key: document["_source"] for key, document in self.documents[index].items()}

    def respond(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """The status and JSON of a response."""
        index, _, operation = path.strip("/").partition("/")
        if index in {"_alias", "_aliases"}:
            return self._read_alias(operation) if method == "GET" else self._change_aliases(json.loads(body))
        respond = {
            ("HEAD", ""): lambda: (200 if index in self.indexes or index in self.aliases else 404, None),
            ("PUT", ""): lambda: self._create(index, json.loads(body)),
            ("POST", "_mget"): lambda: (200, {"docs": [self._get(index, key) for key in json.loads(body)["ids"]]}),
            ("POST", "_bulk"): lambda: self._bulk(index, body),
            ("POST", "_refresh"): lambda: self._refresh(index),
            ("POST", "_count"): lambda: (200, {"count": len(self.documents[index])}),
            ("POST", "_search"): lambda: (200, {"hits": {"hits": self._find(index, json.loads(body))}}),
        }
        return respond[method, operation]()

    def _refresh(self, index: str) -> tuple[int, Any]:
        if index in self.indexes:
            return 200, {}
        return 404, {"error": _error("index_not_found_exception", f"no such index [{index}]")}

    def _read_alias(self, alias: str) -> tuple[int, Any]:
        named = self.aliases.get(alias)
        return (200, {named: {"aliases": {alias: {}}}}) if named else (404, {"error": "alias missing"})

    def _change_aliases(self, body: dict[str, Any]) -> tuple[int, Any]:
        for action in body["actions"]:
            [(kind, change)] = action.items()
            if kind == "add":
                self.aliases[change["alias"]] = change["index"]
            elif self.aliases.get(change["alias"]) == change["index"]:
                del self.aliases[change["alias"]]
        return 200, {"acknowledged": True}

    def _bulk(self, index: str, body: bytes) -> tuple[int, Any]:
        self.before_write()
        lines = iter([json.loads(line) for line in body.splitlines()])
        items = [self._write(index, line, {} if "delete" in line else next(lines)) for line in lines]
        return 200, {"errors": any("error" in next(iter(item.values())) for item in items), "items": items}

    def _create(self, index: str, definition: dict[str, Any]) -> tuple[int, Any]:
        if index in self.indexes:
            return 400, {"error": _error("resource_already_exists_exception", f"index [{index}] already exists")}
        self.indexes[index], self.documents[index] = definition, {}
        self.aliases.update(dict.fromkeys(definition.get("aliases", {}), index))
        return 200, {"acknowledged": True, "shards_acknowledged": True, "index": index}

    def _find(self, index: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The documents that the index's own searches find: by a photo's post, by id, or before a day."""
        [(kind, query)] = body["query"].items()

        def is_found(document: dict[str, Any]) -> bool:
            if kind == "nested":
                tweetids = query["query"]["terms"]["photos.tweetid"]
                return any(photo.get("tweetid") in tweetids for photo in document.get("photos", []))
            if kind == "terms":
                return document["image_id"] in query["image_id"]
            return "dt" in document and document["dt"] < query["dt"]["lt"]

        found = ((key, document) for key, document in self.documents[index].items() if is_found(document["_source"]))
        return [{"_id": key, **document} for key, document in islice(found, body["size"])]

    def _get(self, index: str, key: str) -> dict[str, Any]:
        if index not in self.indexes:
            return {
                "_index": index,
                "_id": key,
                "error": _error("index_not_found_exception", f"no such index [{index}]"),
            }
        document = self.documents[index].get(key)
        return {"_index": index, "_id": key, "found": document is not None, **(document or {})}

    def _write(self, index: str, action: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
        [(operation, condition)] = action.items()
        key = condition["_id"]
        old = self.documents[index].get(key)
        if self.item_troubles:
            trouble = self.item_troubles.popleft()
            status, error = (400, trouble) if isinstance(trouble, dict) else (trouble, _error("trouble", "of its own"))
            return {operation: {"_id": key, "status": status, "error": error}}
        asked, held = condition.get("if_seq_no"), old["_seq_no"] if old else None
        if old if operation == "create" else asked != held:
            error = _error("version_conflict_engine_exception", f"[{key}]: version conflict")
            return {operation: {"_id": key, "status": 409, "error": error}}
        if operation == "delete":
            del self.documents[index][key]
            return {operation: {"_id": key, "status": 200}}
        if unknown := source.keys() - self.indexes[index]["mappings"]["properties"].keys():
            name = min(unknown)
            reason = f"mapping set to strict, dynamic introduction of [{name}] within [_doc] is not allowed"
            error = _error("strict_dynamic_mapping_exception", reason)
            return {operation: {"_id": key, "status": 400, "error": error}}
        self.documents[index][key] = {"_seq_no": self._written, "_primary_term": 1, "_source": source}
        self._written += 1
        return {operation: {"_id": key, "status": 200 if old else 201}}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        domain = self

        class Handler(BaseHTTPRequestHandler):
            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with domain._lock:
                    domain.requests.append((self.command, self.path, dict(self.headers.items())))
                    trouble = domain.troubles.popleft() if domain.troubles else None
                    if trouble == "cut":
                        self.close_connection = True
                        return
                    content: Any = {"Message": "of its own"}
                    status, content = (trouble, content) if trouble else domain.respond(self.command, self.path, body)
                text = b"" if content is None else json.dumps(content).encode()
                self.send_response(int(status))
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_HEAD = do_PUT = do_POST = handle_one  # noqa: N815 (http.server's names)

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (its own name)
                pass

        return Handler


def _error(kind: str, reason: str) -> dict[str, str]:
    return {"type": kind, "reason": reason}
