-- How many of the posted photos have moderation labels, day by day?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    t.posted_on,
    count(*) as photos,
    count_if(cardinality(p.image_labels.moderationlabels) > 0) as suspect
from photo_analyses as p
inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
where t.dt between ? and ? and t.posted_on is not null
group by t.posted_on
order by t.posted_on asc
