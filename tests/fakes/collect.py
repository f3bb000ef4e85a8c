"""Stand-ins for what a collection works on."""

from dataclasses import replace

from photolake.collect.checkpoints import Checkpoint, OvertakenError
from photolake.errors import RowError


class FakeCheckpoints:
    """Conditional writes as in DynamoDB; `before_save` may raise."""

    def __init__(self):
        self.saved = {}
        self.saves = 0
        self.before_save = lambda: None

    def load(self, source):
        return self.saved.get(source) or Checkpoint(source, 0, {})

    def save(self, checkpoint, state):
        self.before_save()
        if checkpoint.version != self.load(checkpoint.id).version:
            raise OvertakenError("another run was faster")
        self.saved[checkpoint.id] = replace(checkpoint, version=checkpoint.version + 1, state=dict(state))
        self.saves += 1
        return self.saved[checkpoint.id]

    def only_state(self):
        (saved,) = self.saved.values()
        return dict(saved.state)


class Delivered:
    """Takes rows, malformed posts and deletions; `before_put` may raise, posts of the ids in `unfit` are set aside."""

    def __init__(self):
        self.rows = []
        self.malformed = []
        self.deletions = []
        self.before_put = lambda: None
        self.unfit = set()

    @property
    def ids(self):
        return [row["id"] for row in self.rows]

    def put(self, rows, on_rejected):
        self.before_put()
        rows = list(rows)
        for row in rows:
            if row["id"] in self.unfit:
                on_rejected(row, RowError("too large"))
        fitting = [row for row in rows if row["id"] not in self.unfit]
        self.rows += fitting
        return len(fitting)

    def keep(self, place, refused):
        self.malformed.append((place, list(refused)))

    def keep_deletions(self, rows):
        self.deletions += rows


class FakeTable:
    """A DynamoDB table that knows atomic additions."""

    def __init__(self):
        self.items = {}

    def get_item(self, *, Key, ConsistentRead):  # noqa: N803
        assert ConsistentRead
        return {"Item": dict(self.items[Key["id"]])} if Key["id"] in self.items else {}

    def update_item(self, *, Key, UpdateExpression, ExpressionAttributeValues):  # noqa: N803
        assert UpdateExpression == "ADD posts :posts"
        item = self.items.setdefault(Key["id"], {"posts": 0})
        item["posts"] += ExpressionAttributeValues[":posts"]
