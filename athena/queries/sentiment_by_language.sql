-- What is the sentiment of the posts, by the language they are written in?
-- Parameter 1: since (varchar), the first day of the posts
-- Parameter 2: until (varchar), their last day
select
    coalesce(language, 'unknown') as language,
    count(*) as posts,
    count_if(sentiment = 'POSITIVE') as positive,
    count_if(sentiment = 'NEGATIVE') as negative,
    count_if(sentiment = 'NEUTRAL') as neutral,
    count_if(sentiment = 'MIXED') as mixed,
    count_if(sentiment is null) as not_analysed
from tweets
where dt between ? and ?
group by coalesce(language, 'unknown')
order by posts desc, language asc
