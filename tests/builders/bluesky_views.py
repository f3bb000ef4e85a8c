"""Builds views of posts as Bluesky's API returns them, about made-up accounts."""

from tests.builders.bluesky_events import ANN, BOB, CID, image, images, record, tid, uri

OTHER_CID = "bafkrei" + "d" * 52


def cdn(cid=CID, did=ANN, size="feed_fullsize"):
    return f"https://cdn.bsky.app/img/{size}/plain/{did}/{cid}"


def author(did=ANN, handle="ann.example"):
    return {
        "did": did,
        "handle": handle,
        "displayName": handle.partition(".")[0].title(),
        "avatar": f"https://cdn.bsky.app/img/avatar/plain/{did}/{CID}",
        "createdAt": "2023-05-01T10:00:00.000Z",
    }


def view(posted=None, did=ANN, handle="ann.example", **more):
    return {
        "uri": uri(did),
        "cid": CID,
        "author": author(did, handle),
        "record": record() if posted is None else posted,
        "replyCount": 1,
        "repostCount": 2,
        "likeCount": 3,
        "quoteCount": 4,
        "bookmarkCount": 5,
        "indexedAt": "2026-11-18T12:00:01.000Z",
        "labels": [],
        **more,
    }


def image_view(cid=CID, did=ANN, **more):
    return {"thumb": cdn(cid, did, "feed_thumbnail"), "fullsize": cdn(cid, did), "alt": "waves", **more}


def images_view(*shown):
    return {"$type": "app.bsky.embed.images#view", "images": list(shown)}


def quote_view(did=BOB, handle="bob.example", text="quoted"):
    quoted = {
        "$type": "app.bsky.embed.record#viewRecord",
        "uri": uri(did),
        "cid": CID,
        "author": author(did, handle),
        "value": record(text, embed=images(image(OTHER_CID))),
        "indexedAt": "2026-11-18T11:00:00.000Z",
    }
    return {"$type": "app.bsky.embed.record#view", "record": quoted}


def thread(post, parent=None, replies=()):
    node = {"$type": "app.bsky.feed.defs#threadViewPost", "post": post, "replies": list(replies)}
    return node | ({"parent": parent} if parent else {})


def not_found(rkey=None):
    return {"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(BOB, rkey or tid(clock=9)), "notFound": True}
