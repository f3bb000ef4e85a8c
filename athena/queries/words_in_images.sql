-- Which words are written in the posted photos (of three characters and more, in lower case)?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with words as (
    select distinct
        l.image_id,
        l.dt as image_dt,
        w.word
    from image_texts as l
    cross join
        unnest(regexp_extract_all(lower(l.line), '[\p{L}\p{M}\p{N}]{3,}')) with ordinality as w (word, position)
)

select
    w.word,
    count(distinct p.image_id) as images,
    count(distinct p.tweetid) as posts
from words as w
inner join tweet_photos as p on w.image_id = p.image_id and w.image_dt = p.image_dt
where p.dt between ? and ?
group by w.word
order by posts desc, w.word asc
limit 50
