/** Every panel of the page: its title, what it answers, and the saved query that gives the same numbers in SQL. */

export interface PanelDefinition {
  id: string;
  title: string;
  /** One sentence below the title. */
  hint: string;
  /** Name of the saved query in `athena/queries/`. Without filters the panel shows its numbers. */
  query: string;
}

const define = <Id extends string>(panels: Record<Id, Omit<PanelDefinition, "id">>): Record<Id, PanelDefinition> =>
  Object.fromEntries(
    Object.entries<Omit<PanelDefinition, "id">>(panels).map(([id, panel]) => [id, { id, ...panel }]),
  ) as Record<Id, PanelDefinition>;

export const PANELS = define({
  postsByDay: {
    title: "Posts over time",
    hint: "By day, UTC; by week where there are more than 150 days. Pick days by dragging over them.",
    query: "posts_by_day",
  },
  sentimentByLanguage: {
    title: "Sentiment",
    hint: "Shares of the posts with a sentiment: all of them, and by language with the number of its posts.",
    query: "sentiment_by_language",
  },
  photoStatuses: {
    title: "What became of each photo",
    hint: "Photos of the posts, by the outcome of their download.",
    query: "photo_statuses",
  },
  topHashtags: {
    title: "Hashtags",
    hint: "Posts that use each hashtag, in lower case.",
    query: "top_hashtags",
  },
  postsByQuery: {
    title: "Queries",
    hint: "Posts that each query of the sources brought.",
    query: "posts_by_query",
  },
  costByApi: {
    title: "What it cost",
    hint: "Paid calls at list prices of us-east-1, first tier: an upper bound.",
    query: "cost_by_api",
  },
  callsOf2019: {
    title: "What was spared",
    hint: "Against the calls of the method of 2019, which bought every photo and text again each time it was posted. Of a text the least that a call costs is counted.",
    query: "calls_of_2019",
  },
  topLabels: {
    title: "Labels",
    hint: "What the photos show most often, with the photos of each day. A photo counts once for each post that shows it.",
    query: "top_labels",
  },
  labelTrend: {
    title: "Labels over time",
    hint: "Photos with a label by day, UTC: the most frequent labels, and those that are chosen.",
    query: "label_trend",
  },
  labelPairs: {
    title: "Labels seen together",
    hint: "Photos with both of two labels. A label and its parent are not a pair. CSV and table have the 500 most frequent pairs.",
    query: "label_pairs",
  },
  sentimentByLabel: {
    title: "Sentiment by label",
    hint: "Posts with a sentiment whose photos show the label. Ordered by share, labels of fewer than 5 posts are left out.",
    query: "sentiment_by_label",
  },
  sentimentByEntity: {
    title: "Entities and sentiment",
    hint: "Brands, people, places, events and titles that the posts name, without handles. Ordered by share, entities of fewer than 5 posts with a sentiment are left out.",
    query: "sentiment_by_entity",
  },
  textInImages: {
    title: "Text in pictures",
    hint: "All lines of a picture, and the posts that show it.",
    query: "text_in_images",
  },
  wordsInImages: {
    title: "Words in pictures",
    hint: "Words of three characters and more in the lines of the pictures, and the posts that show them.",
    query: "words_in_images",
  },
  compareFigures: {
    title: "Both in numbers",
    hint: "Posts, photos and sentiment of each side. A post can be on both.",
    query: "posts_by_query",
  },
  compareDays: {
    title: "Both over time",
    hint: "Posts of each side by day, UTC; by week where there are more than 150 days.",
    query: "posts_by_query_and_day",
  },
  compareLabels: {
    title: "Labels that differ most",
    hint: "Of the posts whose photos have labels, the share that shows each label. Ordered by z, the log odds ratio in standard errors with a prior of 100 posts (after Monroe, Colaresi and Quinn 2008); beyond 2 it is seldom chance. Labels of 5 posts and more.",
    query: "labels_by_query",
  },
  comparePictures: {
    title: "Most repeated pictures",
    hint: "The pictures in the most posts of each side.",
    query: "pictures_by_query",
  },
  wall: {
    title: "Image wall",
    hint: "Each distinct picture once, near-duplicates as one stack. The larger it is, the more it was posted or seen.",
    query: "most_posted_pictures",
  },
  picturePosts: {
    title: "Posts that show it",
    hint: "In the order of their times.",
    query: "image_posts",
  },
  facesPerPhoto: {
    title: "Faces in a photo",
    hint: "How many faces the photos show. A photo counts once for each post that shows it.",
    query: "faces_per_photo",
  },
  agesAndGenders: {
    title: "Ages and genders",
    hint: "By the middle of the age range that is guessed for each face. Groups of fewer than five faces are left out.",
    query: "ages_and_genders",
  },
  emotionsOfFaces: {
    title: "Emotions",
    hint: "Faces by the emotion that they show most strongly, however weakly.",
    query: "emotions_of_faces",
  },
  smilesByGender: {
    title: "Smiles",
    hint: "Faces that smile, by the gender that is guessed.",
    query: "smiles_by_gender",
  },
  facesBySource: {
    title: "Faces by source",
    hint: "The share of photos with a face, by platform and by the query that found the post.",
    query: "faces_by_source",
  },
  topCelebrities: {
    title: "Celebrities",
    hint: "People of public life who were recognised, by the posts that show them.",
    query: "top_celebrities",
  },
  suspectImages: {
    title: "Suspect pictures",
    hint: "Those of the most posts first, blurred until you ask for one. CSV and table have the first 100.",
    query: "suspect_images",
  },
  suspectLabels: {
    title: "What was found",
    hint: "Photos by moderation label, below the label that includes it.",
    query: "suspect_labels",
  },
  suspectByDay: {
    title: "Day by day",
    hint: "Photos with suspect content by the day of their post, UTC.",
    query: "suspect_by_day",
  },
  suspectBySource: {
    title: "Where it was posted",
    hint: "The share of photos with suspect content, by platform and by the query that found the post.",
    query: "suspect_by_source",
  },
  photoSpread: {
    title: "The most repeated pictures",
    hint: "Near-duplicates count as one. Choose up to six for the curves. CSV and table have the first 20.",
    query: "photo_spread",
  },
  spreadByDay: {
    title: "How they spread",
    hint: "Posts up to each time.",
    query: "spread_by_day",
  },
});
