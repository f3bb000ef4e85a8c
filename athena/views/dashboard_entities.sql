-- The people, brands, places and dates that posts name, as flat rows, for charts.
-- One row per mention of an entity in a post, with the columns of the post that charts filter by.
-- Key: tweetid, begin_offset, end_offset, type
create or replace view dashboard_entities as
select
    t.id as tweetid,
    t.id_str,
    t.text_entities[e.i]."text" as entity,
    t.text_entities[e.i]."type" as type,
    t.text_entities[e.i]."score" as score,
    t.text_entities[e.i]."begin_offset" as begin_offset,
    t.text_entities[e.i]."end_offset" as end_offset,
    t.source_platform,
    cast(from_unixtime(t.timestamp_ms / 1000) as timestamp) as posted_at,
    t.language,
    t.sentiment,
    t.is_retweet,
    t.matched_query,
    t.post_url,
    t.dt
from tweets as t
cross join unnest(if(cardinality(t.text_entities) > 0, sequence(1, cardinality(t.text_entities)))) as e (i)
