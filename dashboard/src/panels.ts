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
  wall: {
    title: "Image wall",
    hint: "Each distinct picture once, near-duplicates as one stack. The larger it is, the more it was posted or seen.",
    query: "most_posted_pictures",
  },
});
