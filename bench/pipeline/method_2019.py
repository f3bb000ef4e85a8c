"""The method of 2019, written anew from what is known of it: each post after the other, each call after the other.

An object of collected posts started one invocation. For a post it asked Comprehend for the sentiment and delivered a
row, asked for the entities and delivered a row for each. For each photo it looked in S3 whether that was stored,
downloaded and stored it if not, and asked Rekognition in any case: DetectLabels; DetectText if a label was named Text;
RecognizeCelebrities and DetectFaces if one was named Person; DetectModerationLabels; then it delivered the row.
https://aws.amazon.com/blogs/machine-learning/exploring-images-on-social-media-using-amazon-rekognition-and-amazon-athena/
"""

from __future__ import annotations

import gzip
import json
import os
from typing import Any
from urllib.parse import unquote_plus, urlsplit
from urllib.request import Request, urlopen

import boto3

SENTIMENTS, ENTITIES, MEDIA = "2019-sentiments", "2019-entities", "2019-media"

s3, firehose = boto3.client("s3"), boto3.client("firehose")
comprehend, rekognition = boto3.client("comprehend"), boto3.client("rekognition")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Analyze the posts of the one object that the event announces."""
    announced = json.loads(event["Records"][0]["body"])["Records"][0]["s3"]
    bucket = announced["bucket"]["name"]
    body = s3.get_object(Bucket=bucket, Key=unquote_plus(announced["object"]["key"]))["Body"].read()
    for line in gzip.decompress(body).splitlines():
        analyze_post(json.loads(line), bucket)
    return {}


def analyze_post(post: dict[str, Any], bucket: str) -> None:
    """Buy what is said of the text and of each photo, and deliver each finding as it comes."""
    text = {"Text": post["text"], "LanguageCode": "en"}
    sentiment = comprehend.detect_sentiment(**text)
    deliver(SENTIMENTS, {"tweetid": post["id"], "sentiment": sentiment["Sentiment"], **sentiment["SentimentScore"]})
    for entity in comprehend.detect_entities(**text)["Entities"]:
        deliver(ENTITIES, {"tweetid": post["id"], "entity": entity["Text"], "type": entity["Type"]})
    for media in post["extended_entities"]["media"]:
        key = store_photo(media["media_url"], bucket)
        deliver(MEDIA, {"tweetid": post["id"], "mediaid": media["id"], "image_labels": analyze_photo(bucket, key)})


def store_photo(url: str, bucket: str) -> str:
    """Store the photo unless a list of its prefix says that it is there."""
    key = f"media/{url.rpartition('/')[2]}"
    if s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount", 0):
        return key
    request = Request(url)
    request.set_proxy(urlsplit(os.environ["PHOTO_ENDPOINT"]).netloc, "http")
    with urlopen(request) as response:
        s3.put_object(Bucket=bucket, Key=key, Body=response.read())
    return key


def analyze_photo(bucket: str, key: str) -> dict[str, Any]:
    """Ask Rekognition for what the labels suggest."""
    image: Any = {"S3Object": {"Bucket": bucket, "Name": key}}
    found: dict[str, Any] = dict(rekognition.detect_labels(Image=image, MaxLabels=100, MinConfidence=50))
    names = {label["Name"] for label in found["Labels"]}
    if "Text" in names:
        found |= rekognition.detect_text(Image=image)
    if "Person" in names:
        found["CelebrityRecognition"] = rekognition.recognize_celebrities(Image=image)["CelebrityFaces"]
        found |= rekognition.detect_faces(Image=image, Attributes=["ALL"])
    found |= rekognition.detect_moderation_labels(Image=image)
    del found["ResponseMetadata"]
    return found


def deliver(stream: str, row: dict[str, Any]) -> None:
    """Put one row into a stream."""
    firehose.put_record(DeliveryStreamName=stream, Record={"Data": f"{json.dumps(row)}\n".encode()})
