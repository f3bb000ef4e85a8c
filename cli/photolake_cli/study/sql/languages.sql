select
    coalesce(language, 'unknown') as language,
    count(*) as posts
from tweets
where dt between '$since' and '$until'
group by coalesce(language, 'unknown')
order by posts desc, language
