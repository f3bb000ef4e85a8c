/** What rows can be filtered by: one entry a facet. The filter bar, the selection and the URL are made of this list. */

import type { Lake } from "./data/lake.ts";
import { UNKNOWN } from "./data/lake.ts";

export interface Facet {
  /** As it stands in the URL. */
  id: string;
  title: string;
  /** What the values belong to: a facet of pictures also filters the posts that show them, and the reverse. */
  of: "post" | "photo" | "picture";
  /** All names, by their numbers. */
  names(lake: Lake): string[];
  /** The name numbers of a row: one, or UNKNOWN; or a list. */
  values(lake: Lake): ArrayLike<number | number[]>;
}

/** The name under which a missing value can be chosen. */
export const UNKNOWN_NAME = "unknown";

const listed = (lists: [number, ...unknown[]][][]): number[][] => lists.map((list) => list.map(([name]) => name));

/** A row with a list must have every chosen name; a row with one value must have one of them. */
export const FACETS: Facet[] = [
  {
    id: "platform",
    title: "Platform",
    of: "post",
    names: (lake) => lake.names.platforms,
    values: (lake) => lake.posts.platform,
  },
  {
    id: "language",
    title: "Language",
    of: "post",
    names: (lake) => lake.names.languages,
    values: (lake) => lake.posts.language,
  },
  {
    id: "sentiment",
    title: "Sentiment",
    of: "post",
    names: (lake) => lake.names.sentiments,
    values: (lake) => lake.posts.sentiment,
  },
  {
    id: "query",
    title: "Query",
    of: "post",
    names: (lake) => lake.names.queries,
    values: (lake) => lake.posts.query,
  },
  {
    id: "hashtag",
    title: "Hashtag",
    of: "post",
    names: (lake) => lake.names.hashtags,
    values: (lake) => lake.posts.hashtags,
  },
  {
    id: "entity",
    title: "Entity",
    of: "post",
    names: (lake) => lake.names.entities.map((entity) => entity.text),
    values: (lake) => lake.posts.entities,
  },
  {
    id: "status",
    title: "What became of the photo",
    of: "photo",
    names: (lake) => lake.names.photoStatuses,
    values: (lake) => lake.photos.status,
  },
  {
    id: "label",
    title: "Label",
    of: "picture",
    names: (lake) => lake.names.labels.map((label) => label.name),
    values: (lake) => listed(lake.pictures.labels),
  },
  {
    id: "moderation",
    title: "Suspect content",
    of: "picture",
    names: (lake) => lake.names.moderationLabels.map((label) => label.name),
    values: (lake) => listed(lake.pictures.moderationLabels),
  },
  {
    id: "celebrity",
    title: "Celebrity",
    of: "picture",
    names: (lake) => lake.names.celebrities,
    values: (lake) => listed(lake.pictures.celebrities),
  },
  {
    id: "emotion",
    title: "Emotion of a face",
    of: "picture",
    names: (lake) => lake.names.emotions,
    values: (lake) => lake.pictures.faces.map((faces) => faces.map((face) => face[3] ?? UNKNOWN)),
  },
  {
    id: "group",
    title: "Picture and near-duplicates",
    of: "picture",
    names: nameGroups,
    values: (lake) => lake.pictures.group,
  },
  {
    id: "origin",
    title: "Origin",
    of: "picture",
    names: (lake) => lake.names.origins,
    values: (lake) => lake.pictures.origin,
  },
];

/** A group is named by the id of its first picture, cut short; its number would not survive another build. */
export function nameGroups(lake: Lake): string[] {
  const names: string[] = [];
  for (let row = lake.pictures.count - 1; row >= 0; row--) {
    names[lake.pictures.group[row] as number] = (lake.pictures.id[row] as string).slice(0, 12);
  }
  return Array.from(names, (name) => name ?? "");
}

const kept = new WeakMap<Lake, Map<Facet, ArrayLike<number | number[]>>>();

/** The values of a facet by row, computed once. */
export function readValues(lake: Lake, facet: Facet): ArrayLike<number | number[]> {
  const ofLake = kept.get(lake) ?? new Map();
  kept.set(lake, ofLake);
  const values = ofLake.get(facet) ?? facet.values(lake);
  ofLake.set(facet, values);
  return values;
}

export function findFacet(id: string): Facet {
  const facet = FACETS.find((candidate) => candidate.id === id);
  if (facet === undefined) throw new RangeError(`no facet ${id}`);
  return facet;
}
