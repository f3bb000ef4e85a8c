-- The posts, in the order of their times, which are whole seconds as in every view.
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    id,
    timestamp_ms / 1000 * 1000 as timestamp_ms,
    source_platform,
    language,
    sentiment,
    sentimentposscore,
    sentimentnegscore,
    is_retweet,
    matched_query,
    author,
    screen_name,
    impression_count,
    favorite_count,
    retweet_count,
    text,
    post_url,
    dt
from dashboard_posts
where dt between ? and ?
order by posted_at, id
