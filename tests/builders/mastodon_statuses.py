"""Builds statuses as Mastodon's API returns them, about made-up people of made-up instances."""

import datetime as dt

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
NOON_MS = 1_795_176_000_000
INSTANCE = "https://instance.example"
FILES = "https://files.instance.example"


def make_number(seconds=0):
    """The lowest id of a status of this many seconds after noon."""
    return (NOON_MS + int(seconds * 1000)) << 16


def attachment(number=7, **fields):
    return {
        "id": str(number),
        "type": "image",
        "url": f"{FILES}/media_attachments/{number}/original.png",
        "preview_url": f"{FILES}/media_attachments/{number}/small.png",
        "remote_url": None,
        "meta": {"original": {"width": 1200, "height": 800, "size": "1200x800", "aspect": 1.5}},
        "description": "waves",
        "blurhash": "U",
        **fields,
    }


def account(name="ann", host="instance.example", **fields):
    return {
        "id": "1",
        "username": name,
        "acct": name,
        "display_name": name.title(),
        "locked": False,
        "created_at": "2022-11-05T00:00:00.000Z",
        "note": "<p>at the <b>sea</b></p>",
        "url": f"https://{host}/@{name}",
        "uri": f"https://{host}/users/{name}",
        "avatar": f"https://{host}/avatars/{name}.png",
        "followers_count": 5,
        "following_count": 6,
        "statuses_count": 7,
        **fields,
    }


def status(number=None, **fields):
    number = make_number() if number is None else number
    moment = dt.datetime.fromtimestamp((number >> 16) / 1000, dt.UTC)
    return {
        "id": str(number),
        "created_at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"{INSTANCE}/users/ann/statuses/{number}",
        "url": f"{INSTANCE}/@ann/{number}",
        "replies_count": 1,
        "reblogs_count": 2,
        "favourites_count": 3,
        "quotes_count": 4,
        "edited_at": None,
        "content": "<p>the sea &amp; the <em>sun</em></p>",
        "reblog": None,
        "application": {"name": "Web", "website": None},
        "account": account(),
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        **fields,
    }
