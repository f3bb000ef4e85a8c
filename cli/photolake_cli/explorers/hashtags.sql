with showings as (
    select
        p.image_id,
        p.tweetid,
        t.entities.hashtags as hashtags
    from tweet_photos as p
    inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
    where p.image_id is not null and p.dt between '${since}' and '${until}'
)

select
    s.image_id,
    s.hashtags[t.i]."text" as hashtag,
    count(distinct s.tweetid) as posts
from showings as s
cross join unnest(if(cardinality(s.hashtags) > 0, sequence(1, cardinality(s.hashtags)))) as t (i)
group by s.image_id, s.hashtags[t.i]."text"
order by s.image_id, hashtag
