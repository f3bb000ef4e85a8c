"""Forms of SQL as it was written in 2019, the tables they ask, and the rows that Athena answers with."""

from laptop_cloud_testing.memory_lake import MemoryTable

TABLES = {
    "tweets": MemoryTable(
        {
            "id": "bigint",
            "text": "string",
            "timestamp_ms": "bigint",
            "user": "struct<id:bigint,screen_name:string,name:string>",
            "entities": "struct<urls:array<struct<url:string,expanded_url:string>>>",
        },
        [
            {
                "id": 1,
                "text": "RT two links",
                "timestamp_ms": 1772359200000,
                "user": {"id": 7, "screen_name": "ann", "name": "Ann"},
                "entities": {
                    "urls": [
                        {"url": "u1", "expanded_url": "https://www.shop.example/x/dp/1"},
                        {"url": "u2", "expanded_url": "https://NEWS.example/a"},
                    ]
                },
            },
            {"id": 2, "text": "an empty array", "entities": {"urls": []}},
            {"id": 3, "text": "a null array", "entities": {"urls": None}},
            {"id": 4, "text": "a null row", "entities": None},
            {
                "id": 5,
                "text": "a null element",
                "user": {"id": 8, "screen_name": "bob", "name": None},
                "entities": {"urls": [None, {"url": "u3", "expanded_url": "https://news.example/dp/"}]},
            },
        ],
    ),
    "media_rekognition": MemoryTable(
        {
            "image_labels": (
                "struct<labels:array<struct<name:string,parents:array<struct<name:string>>>>,"
                "textdetections:array<struct<detectedtext:string>>,"
                "facedetails:array<struct<pose:struct<yaw:double>,emotions:array<struct<type:string,confidence:double>>>>>"
            ),
            "tweetid": "bigint",
            "text": "string",
        },
        [
            {
                "image_labels": {
                    "labels": [
                        {"name": "Face", "parents": [{"name": "Head"}, {"name": "Person"}]},
                        {"name": "Dog", "parents": []},
                        {"name": "Toy", "parents": None},
                    ],
                    "textdetections": [{"detectedtext": "SALE"}, {"detectedtext": "NOW"}],
                    "facedetails": [
                        {
                            "pose": {"yaw": 1.5},
                            "emotions": [
                                {"type": "HAPPY", "confidence": 40.0},
                                {"type": "SAD", "confidence": 55.0},
                            ],
                        },
                        {"pose": None, "emotions": []},
                    ],
                },
                "tweetid": 1,
                "text": "RT two links",
            },
            {"image_labels": {"labels": [], "facedetails": [{}]}, "tweetid": 2, "text": "an empty array"},
            {"image_labels": None, "tweetid": 5, "text": "a null element"},
        ],
    ),
}

SHOP, NEWS, LAST = "https://www.shop.example/x/dp/1", "https://NEWS.example/a", "https://news.example/dp/"
# Each form by its name: the query, and its rows in the order of the query, or sorted where that has none.
FORMS = {
    "cross join unnest gives a row for each element, also for a null one": (
        "select id, url, url.expanded_url from tweets cross join unnest (entities.urls) t (url)",
        [
            ("1", f"{{url=u1, expanded_url={SHOP}}}", SHOP),
            ("1", f"{{url=u2, expanded_url={NEWS}}}", NEWS),
            ("5", None, None),
            ("5", f"{{url=u3, expanded_url={LAST}}}", LAST),
        ],
    ),
    "the alias of the table may stand before the row": (
        "select t.url.expanded_url, tweets.id from lake.tweets, unnest(entities.urls) as t (url) "
        "where t.url.url = 'u2'",
        [(NEWS, "1")],
    ),
    "a sub-select hands the row on": (
        "select id, url.url from (select * from tweets cross join unnest(entities.urls) t (url)) where url is not null",
        [("1", "u1"), ("1", "u2"), ("5", "u3")],
    ),
    "a group by of an expression on the row": (
        "select lower(url_extract_host(url.expanded_url)) as domain, count(*) as count "
        "from (select * from lake.tweets cross join unnest (entities.urls) t (url)) "
        "group by lower(url_extract_host(url.expanded_url)) having lower(url_extract_host(url.expanded_url)) <> '' "
        "order by count(*) desc limit 1",
        [("news.example", "2")],
    ),
    "an implicit cross join in a sub-select without alias": (
        'select "tweetid", "label"."name" "label_name", "label"."parents" "label_parents" '
        'from (select * from media_rekognition, unnest("image_labels"."labels") t (label))',
        [("1", "Dog", "[]"), ("1", "Face", "[{name=Head}, {name=Person}]"), ("1", "Toy", None)],
    ),
    "two unnests under one alias multiply": (
        'select "label"."name", "facedetails"."pose"."yaw" from (select * from media_rekognition '
        ', unnest("image_labels"."labels") t (label), unnest("image_labels"."facedetails") t (facedetails))',
        [("Dog", "1.5"), ("Dog", None), ("Face", "1.5"), ("Face", None), ("Toy", "1.5"), ("Toy", None)],
    ),
    "each column of a shared alias is found by its name": (
        "select t.face.pose.yaw, upper(t.label.name) from media_rekognition m, "
        "unnest(m.image_labels.labels) t (label), unnest(m.image_labels.facedetails) t (face) "
        "where t.label.name <> 'Toy' order by t.face.pose.yaw, T.Label.name",
        [("1.5", "DOG"), ("1.5", "FACE"), (None, "DOG"), (None, "FACE")],
    ),
    "the star of a shared alias is both columns": (
        "select t.*, tweetid from media_rekognition, unnest(image_labels.textdetections) t (a), "
        "unnest(image_labels.textdetections) t (b)",
        [
            ("{detectedtext=NOW}", "{detectedtext=NOW}", "1"),
            ("{detectedtext=NOW}", "{detectedtext=SALE}", "1"),
            ("{detectedtext=SALE}", "{detectedtext=NOW}", "1"),
            ("{detectedtext=SALE}", "{detectedtext=SALE}", "1"),
        ],
    ),
    "an unnest of the column of one before it, with its place": (
        "select label.name, t.parent.name, t.place from media_rekognition, unnest(image_labels.labels) t (label), "
        "unnest(t.label.parents) with ordinality t (parent, place)",
        [("Face", "Head", "1"), ("Face", "Person", "2")],
    ),
    "a subquery sees a shared alias, or has its own": (
        "select t.a.detectedtext, t.b.detectedtext, (select t.b from (select 'own' as b) t) "
        "from media_rekognition, unnest(image_labels.textdetections) t (a), unnest(image_labels.textdetections) t (b) "
        "where exists (select 1 from (values 'SALE') v (word) where v.word = t.b.detectedtext)",
        [("NOW", "SALE", "own"), ("SALE", "SALE", "own")],
    ),
    "a join and then an unnest": (
        'select m.*, "user".id as user_id, "user".screen_name, tweets.user.name as user_name, url.expanded_url as url '
        'from lake.media_rekognition m inner join lake.tweets on "tweets".id = tweetid, unnest(entities.urls) t (url) '
        "where position('news.' in url.expanded_url) > 0",
        [(None, "5", "a null element", "8", "bob", None, LAST)],
    ),
    "a join of sub-selects": (
        "select tweetid, user_name, element_at(textdetections, 1).detectedtext as first_line, links.text from "
        "(select id, user.name as user_name, text, url.expanded_url as link from tweets "
        "cross join unnest (entities.urls) t (url)) links "
        "join (select tweetid, image_labels.textdetections as textdetections from media_rekognition) rk "
        "on rk.tweetid = links.id where lower(url_extract_host(link)) in ('www.shop.example', 'news.example') "
        "and not position('/dp/' in url_extract_path(link)) = 0 limit 50",
        [("1", "Ann", "SALE", "RT two links"), ("5", None, None, "a null element")],
    ),
    "a join in parentheses, as SHOW CREATE VIEW writes it": (
        'select "tweetid", "user"."name" from '
        '((select * from media_rekognition, unnest("image_labels"."labels") t (label)) '
        'inner join tweets on ("tweets"."id" = "tweetid")) where ("label"."name" = \'Dog\')',
        [("1", "Ann")],
    ),
    "order by a column's number": (
        "select label.name as label_name, cardinality(label.parents) as count from media_rekognition, "
        "unnest(image_labels.labels) t (label) where label.parents is not null order by 2 desc",
        [("Face", "2"), ("Dog", "0")],
    ),
}  # fmt: skip

FORMS_IN_VIEWS = {
    "quoted function names and aliases without as": (
        'select "tweetid", "reduce"("element_at"("image_labels"."facedetails", 1)."emotions", '
        '"element_at"("element_at"("image_labels"."facedetails", 1)."emotions", 1), '
        '("s_emotion", "emotion") -> IF(("emotion"."confidence" > "s_emotion"."confidence"), "emotion", "s_emotion"), '
        '("s") -> "s") "top_emotion" from media_rekognition where (tweetid = 1)',
        [("1", "{type=SAD, confidence=55.0}")],
    ),
    "a join of two views in parentheses": (
        'select "tweetid", "user"."id" "user_id", "user"."screen_name", "tweets"."text" "tweettext" '
        'from (media_rekognition inner join tweets on ("tweets"."id" = "tweetid"))',
        [
            ("1", "7", "ann", "RT two links"),
            ("2", None, None, "an empty array"),
            ("5", "8", "bob", "a null element"),
        ],
    ),
    "a case, and a time of milliseconds": (
        'select "id", (case when ("substr"("tweets"."text", 1, 2) = \'RT\') then true else false end) "isretweet", '
        'cast("from_unixtime"(("timestamp_ms" / 1000)) as timestamp) "ts" from tweets where id in (1, 2)',
        [("1", "true", "2026-03-01 10:00:00.000"), ("2", "false", None)],
    ),
    "two unnests of texts under one alias": (
        "select id, a, t.b from tweets, unnest(transform(entities.urls, u -> u.url)) t (a), "
        "unnest(transform(entities.urls, u -> u.url)) t (b) where id = 5",
        [("5", None, None), ("5", None, "u3"), ("5", "u3", None), ("5", "u3", "u3")],
    ),
}  # fmt: skip


def in_order(sql, rows):
    """Rows as they are where the query orders them, else sorted."""
    return rows if "order by" in sql else sorted(rows, key=str)
