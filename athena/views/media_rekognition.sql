-- Each posted photo with what Rekognition saw in it, with the columns of the 2019 table.
-- One row per photo of a post whose image was analysed. dt is the day of the post, image_dt that of the analysis.
-- Key: tweetid, mediaid
create or replace view media_rekognition as
select
    p.image_labels,
    p.tweetid,
    p.mediaid,
    t.text,
    p.media_url,
    p.image_id,
    p.dt,
    p.image_dt
from photo_analyses as p
inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
