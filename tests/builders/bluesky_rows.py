"""Maps events to rows, and checks each against the columns of the template."""

import json

from photolake.sources.bluesky.event import Event
from photolake.sources.bluesky.mapping import map_post
from tests.builders.bluesky_events import create, frame, record
from tests.builders.raw_tweets import RAW_TWEETS

COLLECTED = "2026-11-18T13:00:00.000Z"


def map_event_to_row(event):
    row = map_post(Event.parse(frame(event)), collected_at=COLLECTED, matched_query="sea")
    RAW_TWEETS.check(row)
    json.dumps(row, ensure_ascii=False).encode()
    return row


def map_record_to_row(**changes):
    return map_event_to_row(create(record(**changes)))
