"""Builds events as Jetstream's /subscribe sends them, about made-up accounts."""

import json

ANN = "did:plc:" + "a" * 24
BOB = "did:plc:" + "b" * 24
CID = "bafkrei" + "c" * 52
NOON_US = 1_795_003_200_000_000  # 2026-11-18T12:00:00Z
SECOND = 1_000_000
_DIGITS = "234567abcdefghijklmnopqrstuvwxyz"


def tid(time_us=NOON_US, clock=0):
    number = (time_us << 10) + clock
    return "".join(_DIGITS[(number >> shift) & 31] for shift in range(60, -1, -5))


def uri(did=ANN, rkey=None):
    return f"at://{did}/app.bsky.feed.post/{rkey or tid()}"


def record(text="the sea", **changes):
    return {"$type": "app.bsky.feed.post", "createdAt": "2026-11-18T12:00:00.000Z", "text": text, **changes}


def image(cid=CID, **changes):
    blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": "image/jpeg", "size": 1000}
    return {"alt": "", "image": blob, "aspectRatio": {"width": 4, "height": 3}, **changes}


def images(*shown):
    return {"$type": "app.bsky.embed.images", "images": list(shown) or [image()]}


def quote(target):
    return {"$type": "app.bsky.embed.record", "record": {"cid": CID, "uri": target}}


def facet(start, end, kind, **feature):
    feature = {"$type": f"app.bsky.richtext.facet#{kind}", **feature}
    return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}


def commit(operation, posted=None, did=ANN, rkey=None, time_us=NOON_US, collection="app.bsky.feed.post"):
    body = {"rev": tid(), "operation": operation, "collection": collection, "rkey": rkey or tid()}
    if posted is not None:
        body |= {"record": posted, "cid": CID}
    return {"did": did, "time_us": time_us, "kind": "commit", "commit": body}


def create(posted=None, **where):
    return commit("create", record() if posted is None else posted, **where)


def account(did=ANN, time_us=NOON_US, **said):
    return {"did": did, "time_us": time_us, "kind": "account", "account": {"did": did, "seq": 1, **said}}


def frame(event):
    return json.dumps(event)
