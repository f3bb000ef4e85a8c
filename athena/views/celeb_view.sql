-- Which celebrities Rekognition recognised, and who posted them.
-- One row per recognised celebrity in a posted photo, with the columns of the 2019 view and the recognised face.
-- Key: tweetid, mediaid, celebrity_number
create or replace view celeb_view as
with photos as (
    select
        tweetid,
        mediaid,
        media_url,
        dt,
        image_labels.celebrityrecognition.celebrityfaces as celebrityfaces
    from photo_analyses
),

matches as (
    select
        p.tweetid,
        p.mediaid,
        p.media_url,
        p.dt,
        t.i as celebrity_number,
        p.celebrityfaces[t.i] as celebrity
    from photos as p
    cross join
        unnest(if(cardinality(p.celebrityfaces) > 0, sequence(1, cardinality(p.celebrityfaces)))) as t (i)
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
    c.celebrity_number,
    c.celebrity."face"."boundingbox"."left" as face_left_edge,
    c.celebrity."face"."boundingbox"."top" as face_top_edge,
    c.celebrity."face"."boundingbox"."width" as face_width,
    c.celebrity."face"."boundingbox"."height" as face_height,
    c.celebrity."face"."pose"."yaw" as yaw,
    c.celebrity."face"."pose"."roll" as roll,
    c.celebrity."face"."pose"."pitch" as pitch,
    p.post_url,
    c.dt
from matches as c
inner join tweets as p on c.tweetid = p.id and c.dt = p.dt
