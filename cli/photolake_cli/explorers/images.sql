with showings as (
    select
        p.image_id,
        p.image_dt,
        p.tweetid,
        p.media_url,
        p.alt_text,
        t.source_platform,
        t.post_url,
        t.text,
        t.language,
        t.sentiment,
        t.timestamp_ms,
        t.favorite_count,
        t.retweet_count,
        t.matched_query,
        t.entities.hashtags as hashtags,
        t."user"."id_str" as author_id,
        t."user"."screen_name" as screen_name,
        t."user"."name" as author_name,
        lag(1) over (
            partition by p.image_id, p.image_dt
            order by t.timestamp_ms, p.tweetid, p.mediaid
        ) as earlier
    from tweet_photos as p
    inner join tweets as t on p.tweetid = t.id and p.dt = t.dt
    where p.image_id is not null and p.dt between '${since}' and '${until}'
),

first_showings as (
    select *
    from showings
    where earlier is null
),

counts as (
    select
        image_id,
        image_dt,
        count(distinct tweetid) as posts,
        count(distinct source_platform || ':' || author_id) as authors,
        max(timestamp_ms) as last_posted_ms
    from showings
    group by image_id, image_dt
),

drops as (
    select
        image_id,
        image_dt,
        min(file_name) as file_name
    from dropped_photos
    where image_id is not null and dt between '${since}' and '${until}'
    group by image_id, image_dt
)

select
    a.image_id,
    a.s3_key,
    a.width,
    a.height,
    a.perceptual_hash,
    a.dt,
    json_format(cast(a.image_labels.labels as json)) as labels,
    json_format(cast(filter(a.image_labels.textdetections, t -> t."type" = 'LINE') as json)) as lines,
    json_format(cast(transform(a.image_labels.facedetails, f -> f."boundingbox") as json)) as face_boxes,
    json_format(cast(transform(a.image_labels.facedetails, f -> f."confidence") as json)) as face_confidences,
    json_format(cast(transform(a.image_labels.facedetails, f -> f."agerange") as json)) as face_ages,
    json_format(cast(transform(a.image_labels.facedetails, f -> f."gender") as json)) as face_genders,
    json_format(cast(transform(a.image_labels.facedetails, f -> f."emotions") as json)) as face_emotions,
    json_format(cast(transform(a.image_labels.celebrityrecognition.celebrityfaces, c -> c."name") as json))
        as celebrity_names,
    json_format(
        cast(transform(a.image_labels.celebrityrecognition.celebrityfaces, c -> c."matchconfidence") as json)
    ) as celebrity_confidences,
    json_format(
        cast(transform(a.image_labels.celebrityrecognition.celebrityfaces, c -> c."face"."boundingbox") as json)
    ) as celebrity_boxes,
    json_format(cast(a.image_labels.customlabels as json)) as custom_labels,
    json_format(cast(a.image_labels.moderationlabels as json)) as moderation,
    element_at(a.image_properties.dominantcolors, 1)."hexcode" as dominant_color,
    c.posts,
    c.authors,
    c.last_posted_ms,
    s.timestamp_ms as posted_ms,
    cast(s.tweetid as varchar) as post_id,
    s.source_platform,
    s.post_url,
    s.media_url,
    s.alt_text,
    s.text,
    s.language,
    s.sentiment,
    s.favorite_count,
    s.retweet_count,
    s.matched_query,
    s.author_id,
    s.screen_name,
    s.author_name,
    json_format(cast(transform(s.hashtags, h -> h."text") as json)) as hashtags,
    d.file_name
from image_analyses as a
left join first_showings as s on a.image_id = s.image_id and a.dt = s.image_dt
left join counts as c on a.image_id = c.image_id and a.dt = c.image_dt
left join drops as d on a.image_id = d.image_id and a.dt = d.image_dt
where s.image_id is not null or d.image_id is not null
order by a.dt, a.image_id
