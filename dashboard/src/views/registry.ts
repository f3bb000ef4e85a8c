/** The views in the order of the navigation. */

import type { ComponentType } from "preact";
import type { Lake } from "../data/lake.ts";
import type { Selection } from "../selection.ts";
import { Compare } from "./compare.tsx";
import { Overview } from "./overview.tsx";
import { hasPeople, People } from "./people.tsx";
import { Picture } from "./picture/picture.tsx";
import { SpreadView } from "./spread.tsx";
import { hasModeration, Suspect } from "./suspect.tsx";
import { Wall } from "./wall.tsx";
import { Words } from "./words.tsx";

export interface View {
  /** As it stands in the URL. */
  id: string;
  title: string;
  component: ComponentType<{ lake: Lake; selection: Selection }>;
  /** Whether a lake has what the view shows; where it has not, the view is left out of the navigation. */
  isOffered?: (lake: Lake) => boolean;
}

export const VIEWS: View[] = [
  { id: "overview", title: "Overview", component: Overview },
  { id: "wall", title: "Image wall", component: Wall, isOffered: (lake) => lake.pictures.count > 0 },
  { id: "words", title: "Labels, text, entities", component: Words },
  { id: "compare", title: "Compare", component: Compare },
  { id: "picture", title: "Picture", component: Picture, isOffered: () => false },
  { id: "people", title: "People", component: People, isOffered: hasPeople },
  { id: "spread", title: "Spread", component: SpreadView },
  { id: "suspect", title: "Suspect content", component: Suspect, isOffered: hasModeration },
];
