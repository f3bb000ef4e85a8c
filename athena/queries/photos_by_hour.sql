-- When are photos posted: by platform, language and hour of the day (UTC)?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    t.source_platform,
    coalesce(t.language, 'unknown') as language,
    hour(from_unixtime(t.timestamp_ms / 1000)) as hour_utc,
    count(*) as photos,
    count(distinct t.id) as posts
from tweet_photos as p
inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
where t.dt between ? and ?
group by t.source_platform, coalesce(t.language, 'unknown'), hour(from_unixtime(t.timestamp_ms / 1000))
order by t.source_platform asc, language asc, hour_utc asc
