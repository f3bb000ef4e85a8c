-- How many posts and photos did each query bring, and what is the sentiment of the posts?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
-- The query is that of the source's configuration; posts from files may have none.
select
    coalesce(matched_query, 'unknown') as matched_query,
    count(*) as posts,
    count_if(photos > 0) as posts_with_photos,
    sum(photos) as photos,
    count_if(sentiment = 'POSITIVE') as positive,
    count_if(sentiment = 'NEGATIVE') as negative,
    count_if(sentiment = 'NEUTRAL') as neutral,
    count_if(sentiment = 'MIXED') as mixed,
    count_if(sentiment is null) as not_analysed
from dashboard_posts
where dt between ? and ?
group by coalesce(matched_query, 'unknown')
order by posts desc, matched_query asc
