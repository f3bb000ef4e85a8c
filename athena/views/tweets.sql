-- What was posted, in which language and with which sentiment.
-- One row per post, the newest of its copies in the landing table. Deleted posts are left out.
-- Key: id
create or replace view tweets as
with copies as (
    select
        *,
        lag(1) over (
            partition by dt, id
            order by collected_at desc, processed_at desc
        ) as newer
    from ${landing}.posts
)

select
    p.id,
    p.id_str,
    p.source_platform,
    p.created_at,
    p.timestamp_ms,
    p.text,
    p.lang,
    p.source,
    p.truncated,
    p.favorited,
    p.retweeted,
    p.possibly_sensitive,
    p.is_quote_status,
    p.is_retweet,
    p.filter_level,
    p.in_reply_to_status_id,
    p.in_reply_to_status_id_str,
    p.in_reply_to_user_id,
    p.in_reply_to_user_id_str,
    p.in_reply_to_screen_name,
    p.quoted_status_id,
    p.quoted_status_id_str,
    p.conversation_id,
    p.retweet_count,
    p.reply_count,
    p.quote_count,
    p.favorite_count,
    p.bookmark_count,
    p.impression_count,
    p."user",
    p.coordinates,
    p.geo,
    p.place,
    p.entities,
    p.extended_entities,
    p.referenced_tweets,
    p.edit_history_tweet_ids,
    p.collected_at,
    p.matched_query,
    p.language,
    p.sentiment,
    p.sentimentposscore,
    p.sentimentnegscore,
    p.sentimentneuscore,
    p.sentimentmixedscore,
    p.sentiment_status,
    p.entities_status,
    p.text_entities,
    p.processed_at,
    date(from_unixtime(p.timestamp_ms / 1000)) as posted_on,
    case p.source_platform
        when 'x' then 'https://x.com/i/status/' || p.id_str
        -- at://did:plc:abc/app.bsky.feed.post/3l: see https://atproto.com/specs/at-uri-scheme
        when 'bluesky'
            then 'https://bsky.app/profile/' || replace(substr(p.id_str, 6), '/app.bsky.feed.post/', '/post/')
        -- the URI of a boost ends in /activity, and that page is for programs
        when 'mastodon' then regexp_replace(p.id_str, '/activity$', '')
    end as post_url,
    p.dt
from copies as p
left join ${landing}.deletions as d on p.id = d.id
where p.newer is null and d.id is null
