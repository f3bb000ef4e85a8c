-- In which posted photos is a word or phrase written?
-- Parameter 1: words (varchar), the text to search for, in upper or lower case
-- Parameter 2: since (varchar), the first day of the posts
-- Parameter 3: until (varchar), their last day
with lines as (
    select *
    from image_texts
    where strpos(lower(line), lower(?)) > 0
)

select
    l.line,
    round(l.confidence, 1) as confidence,
    p.media_url,
    t.post_url,
    t."user"."screen_name" as screen_name,
    t.text
from lines as l
inner join tweet_photos as p on l.image_id = p.image_id and l.dt = p.image_dt
inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
where t.dt between ? and ?
order by t.timestamp_ms desc, t.id desc, p.mediaid asc, l.line_number asc
limit 50
