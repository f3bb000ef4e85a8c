-- How many posts and photos did each query bring, day by day (UTC)?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    coalesce(matched_query, 'unknown') as matched_query,
    posted_on,
    count(*) as posts,
    count_if(photos > 0) as posts_with_photos,
    sum(photos) as photos
from dashboard_posts
where dt between ? and ?
group by coalesce(matched_query, 'unknown'), posted_on
order by matched_query asc, posted_on asc
