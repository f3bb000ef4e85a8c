-- Which celebrities are in the photos, and in how many posts?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    name,
    count(distinct tweetid) as posts,
    count(distinct user_id) as authors,
    round(max(matchconfidence), 1) as best_match
from celeb_view
where dt between ? and ?
group by name
order by posts desc, name asc
limit 20
