-- Which celebrities Rekognition recognised, and who posted them.
-- One row per recognised celebrity in a posted photo; the columns of the 2019 view.
create or replace view celeb_view as
with matches as (
    select
        m.tweetid,
        m.mediaid,
        m.media_url,
        m.dt,
        m.image_labels.celebrityrecognition.celebrityfaces[t.i] as celebrity
    from media_rekognition as m
    cross join
        unnest(
            if(
                cardinality(m.image_labels.celebrityrecognition.celebrityfaces) > 0,
                sequence(1, cardinality(m.image_labels.celebrityrecognition.celebrityfaces))
            )
        ) as t (i)
)

select
    c.tweetid,
    p."user"."id" as user_id,
    p."user"."screen_name" as screen_name,
    p."user"."name" as user_name,
    c.mediaid,
    c.media_url,
    p.text as tweettext,
    p.retweeted,
    p.is_retweet as isretweet,
    cast(from_unixtime(p.timestamp_ms / 1000) as timestamp) as ts,
    c.celebrity."name" as name,
    c.celebrity."urls" as urls,
    c.celebrity."id" as id,
    c.celebrity."matchconfidence" as matchconfidence,
    c.dt
from matches as c
inner join tweets as p on c.tweetid = p.id and c.dt = p.dt
