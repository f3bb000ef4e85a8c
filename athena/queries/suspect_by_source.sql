-- How many of the photos have moderation labels, by platform and by the query that found the post?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    t.source_platform,
    t.matched_query,
    count(*) as photos,
    count_if(cardinality(p.image_labels.moderationlabels) > 0) as suspect
from photo_analyses as p
inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
where t.dt between ? and ?
group by t.source_platform, t.matched_query
order by photos desc, t.source_platform asc, t.matched_query asc
