-- What is the sentiment of the posts whose photos show a thing?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
with shown as (
    select distinct
        tweetid,
        dt,
        label_name
    from media_image_labels_query
)

select
    s.label_name,
    count(*) as posts,
    count_if(p.sentiment = 'POSITIVE') as positive,
    count_if(p.sentiment = 'NEGATIVE') as negative,
    count_if(p.sentiment = 'NEUTRAL') as neutral,
    count_if(p.sentiment = 'MIXED') as mixed,
    round(avg(p.sentimentposscore - p.sentimentnegscore), 3) as mean_balance
from shown as s
inner join tweets as p on s.tweetid = p.id and s.dt = p.dt
where p.dt between ? and ? and p.sentiment is not null
group by s.label_name
order by posts desc, s.label_name asc
limit 20
