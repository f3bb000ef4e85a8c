"""What `photolake forget` counts before it asks, over the local Athena."""

import datetime as dt

import boto3

from photolake_cli.cloud import Cloud
from photolake_cli.forget import lake as forget_lake
from photolake_cli.forget.lake import ForgetLake
from photolake_cli.forget.names import PostName
from tests.synthetic_lake.warehouse import DATABASE, LANDING, WORKGROUP, open_warehouse

NOW = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
DAY = "2026-03-01"


def photo(post, image):
    return {"source_key": f"{post}:{image}", "tweetid": post, "image_id": image, "image_dt": DAY, "dt": DAY}


def test_images_are_counted_that_only_these_posts_show_however_many_posts_there_are(tmp_path, monkeypatch):
    monkeypatch.setattr("photolake_cli.query.client.LAPTOP_POLL_SECONDS", 0.01)
    monkeypatch.setattr(forget_lake, "_LISTED", 1)
    shown = {1: ["both", "alone"], 2: ["both", "shared"], 3: ["shared"]}
    with open_warehouse(tmp_path, NOW) as warehouse:
        photos = [photo(post, image) for post, images in shown.items() for image in images]
        warehouse.land("photos", photos)
        warehouse.land("photos", photos[:1], "again")
        warehouse.land("posts", [{"id": post, "id_str": str(post), "dt": DAY} for post in shown])
        values = {"WorkgroupName": WORKGROUP, "DatabaseName": DATABASE, "LandingDatabaseName": LANDING}
        endpoints = {"AWS_ENDPOINT_URL_ATHENA": warehouse._athena.meta.endpoint_url}
        session = boto3.Session("x", "x", region_name="us-east-1")
        cloud = Cloud("the laptop cloud", "1", session, values, str, endpoints, on_laptop=True)

        counts = ForgetLake(cloud).count([PostName(1, "1"), PostName(2, "2")])

    assert counts == {"posts": 2, "photos": 4, "images": 2}
