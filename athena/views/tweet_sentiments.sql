-- The sentiment of a post, according to Amazon Comprehend.
-- One row per post whose text was analysed, with the columns of the 2019 table and the language.
-- Key: tweetid
create or replace view tweet_sentiments as
select
    id as tweetid,
    text,
    text as originaltext,
    sentiment,
    sentimentposscore,
    sentimentnegscore,
    sentimentneuscore,
    sentimentmixedscore,
    language,
    dt
from tweets
where sentiment is not null
