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
  photoStatuses: {
    title: "What became of each photo",
    hint: "Photos of the posts, by the outcome of their download.",
    query: "photo_statuses",
  },
  topLabels: {
    title: "Labels",
    hint: "What the photos show most often. A photo counts once for each post that shows it.",
    query: "top_labels",
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
    hint: "Those of the most posts first. Blurred until you ask for one.",
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
    hint: "Near-duplicates count as one. Choose up to six for the curves.",
    query: "photo_spread",
  },
  spreadByDay: {
    title: "How they spread",
    hint: "Posts up to each time.",
    query: "spread_by_day",
  },
});
