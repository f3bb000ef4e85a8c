-- Which celebrities are in the photos, and in how many posts?
select
    name,
    count(distinct tweetid) as posts,
    round(max(matchconfidence), 1) as best_match
from celeb_view
group by name
order by posts desc, name asc
limit 20
