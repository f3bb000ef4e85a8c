-- What could not be analysed, why, and how often?
-- Parameter 1: since (varchar), the first day of the posts and images
-- Parameter 2: until (varchar), their last day
with problems as (
    select
        dt,
        'photo' as what,
        status as reason,
        status_message as message
    from tweet_photos
    where status not in ('ok', 'duplicate')
    union all
    select
        dt,
        'dropped photo' as what,
        status as reason,
        status_message as message
    from dropped_photos
    where status not in ('ok', 'duplicate')
    union all
    select
        dt,
        'sentiment' as what,
        sentiment_status as reason,
        language as message
    from tweets
    where sentiment_status <> 'ok'
    union all
    select
        dt,
        'entities' as what,
        entities_status as reason,
        language as message
    from tweets
    where entities_status <> 'ok'
    union all
    select
        a.dt,
        a.errors[t.i]."api" as what,
        a.errors[t.i]."code" as reason,
        a.errors[t.i]."message" as message
    from image_analyses as a
    cross join unnest(if(cardinality(a.errors) > 0, sequence(1, cardinality(a.errors)))) as t (i)
)

select
    what,
    reason,
    count(*) as times,
    min(message) as for_example
from problems
where dt between ? and ?
group by what, reason
order by times desc, what asc, reason asc
