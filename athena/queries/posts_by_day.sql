-- How many posts and photos are there, day by day (UTC), by platform, language and sentiment?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    posted_on,
    coalesce(source_platform, 'unknown') as source_platform,
    coalesce(language, 'unknown') as language,
    coalesce(sentiment, 'unknown') as sentiment,
    count(*) as posts,
    count_if(photos > 0) as posts_with_photos,
    sum(photos) as photos
from dashboard_posts
where dt between ? and ?
group by
    posted_on, coalesce(source_platform, 'unknown'), coalesce(language, 'unknown'), coalesce(sentiment, 'unknown')
order by posted_on asc, source_platform asc, language asc, sentiment asc
