/**
 * The files that `photolake dashboard` writes and this page reads.
 *
 * The page is opened from disk, where a browser lets it fetch nothing. So every file is a script that calls
 * `photolakeData(kind, page, content)`: `data/index.js` is page 0 of "index", and pages of rows are
 * `data/posts-0.js`, `data/posts-1.js` and so on. Pages hold columns, not rows: each column is an array, and the
 * arrays of a page have the same length. A row's number counts through all pages of its kind, from 0.
 *
 * `cli/photolake_cli/dashboard/pages.py` writes them; `tests/unit/cli/dashboard` compares its keys with these types.
 */

export const FORMAT_VERSION = 1;

/** Milliseconds since 1970, UTC. */
export type Milliseconds = number;
/** Position of a name in one of the lists of `Names`. */
export type NameNumber = number;
/** A name, and how sure the service is of it, in percent. */
export type Scored = [name: NameNumber, confidence: number];

export interface Index {
  format: number;
  /** How the lake is called: `the stack photolake in eu-west-1`. */
  lake: string;
  madeAt: Milliseconds;
  /** First and last day (`dt`, UTC, both included) of the posts; the same is filled into the saved queries. */
  since: string;
  until: string;
  showsAuthors: boolean;
  /** The APIs of the setting ImageApis: labels, moderation, text, faces, celebrities, properties, custom_labels. */
  imageApis: string[];
  /** What a reader must know of this lake, such as that small local models stand in for AWS's services. */
  notes: string[];
  rows: Record<PageKind, number>;
  /** How many rows a page has; only the last one may have fewer. */
  pageRows: Record<PageKind, number>;
  names: Names;
  /** The saved queries that the panels name, with the days filled in. */
  queries: Record<string, SavedQuery>;
  /** Answers of saved queries that the page shows as they are: `cost_by_api`, `calls_of_2019`. */
  answers: Record<string, Answer>;
}

export type PageKind = "posts" | "texts" | "photos" | "pictures" | "analyses";

export interface Names {
  platforms: string[];
  languages: string[];
  sentiments: string[];
  /** Values of matched_query. */
  queries: string[];
  hashtags: string[];
  entities: { text: string; type: string }[];
  labels: { name: string; parents: string[]; categories: string[] }[];
  moderationLabels: { name: string; parent: string }[];
  celebrities: string[];
  genders: string[];
  emotions: string[];
  photoStatuses: string[];
  photoKinds: string[];
  /** post, dropped or backfill. */
  origins: string[];
}

export interface SavedQuery {
  description: string;
  sql: string;
  /** The line for a terminal. */
  command: string;
}

export interface Answer {
  columns: string[];
  rows: (string | number | null)[][];
}

/** One row per post, in the order of their times. */
export interface PostsPage {
  /** The id of the view tweets, as text: a number that names no author. */
  id: string[];
  at: (Milliseconds | null)[];
  platform: (NameNumber | null)[];
  language: (NameNumber | null)[];
  sentiment: (NameNumber | null)[];
  /** Scores of Comprehend, 0 to 1. */
  positive: (number | null)[];
  negative: (number | null)[];
  isRepost: (0 | 1 | null)[];
  query: (NameNumber | null)[];
  /** Number of the author within this dashboard: the same author has the same number. */
  author: (number | null)[];
  impressions: (number | null)[];
  likes: (number | null)[];
  reposts: (number | null)[];
  entities: NameNumber[][];
  hashtags: NameNumber[][];
}

/** The same rows as `PostsPage`: what is only read when somebody looks at a post or searches words. */
export interface TextsPage {
  text: (string | null)[];
  url: (string | null)[];
  /** Handles; all null unless `showsAuthors`. */
  author: (string | null)[];
}

/** One row per photo of a post, whatever became of it. */
export interface PhotosPage {
  /** Row of the post. */
  post: number[];
  /** Row of the picture; null if there is none, or none that was analysed. */
  picture: (number | null)[];
  status: NameNumber[];
  kind: (NameNumber | null)[];
}

/** One row per distinct picture that was analysed. */
export interface PicturesPage {
  /** image_id; its files are `pictures/<first two>/<id>.webp` and `thumbnails/<first two>/<id>.webp`. */
  id: string[];
  origin: NameNumber[];
  width: number[];
  height: number[];
  /** Why there is no file of the picture; null if there is one. */
  missing: (string | null)[];
  /** Description by the author of the first post that shows it, or its own file name if it was dropped. */
  alt: (string | null)[];
  /** Pictures with the same number are near-duplicates of each other. */
  group: number[];
  /** Up to five colours, `#rrggbb`, the most frequent first; from the picture itself. */
  palette: string[][];
  labels: Scored[][];
  moderationLabels: Scored[][];
  /** Lines of text. */
  lines: string[][];
  faces: Face[][];
  celebrities: Scored[][];
}

/** Null where the service, or the local model, does not say. */
export type Face = [
  ageLow: number | null,
  ageHigh: number | null,
  gender: NameNumber | null,
  emotion: NameNumber | null,
  smiles: 0 | 1 | null,
];

/** The same rows as `PicturesPage`: what Rekognition answered, in the columns of the view image_analyses. */
export interface AnalysesPage {
  analyzedAt: (string | null)[];
  imageLabels: (ImageLabels | null)[];
  imageProperties: (unknown | null)[];
  errors: { api: string; code: string; message: string }[][];
}

/** Shares of the picture's width and height. */
export interface BoundingBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The part of the column image_labels that is drawn or listed; the rest is shown as JSON. Anything may be missing. */
export interface ImageLabels {
  labels?:
    | {
        name?: string;
        confidence?: number;
        parents?: { name?: string }[];
        instances?: { boundingbox?: BoundingBox; confidence?: number }[];
      }[]
    | null;
  customlabels?: { name?: string; confidence?: number; geometry?: { boundingbox?: BoundingBox } | null }[] | null;
  textdetections?:
    | { detectedtext?: string; type?: string; confidence?: number; geometry?: { boundingbox?: BoundingBox } }[]
    | null;
  facedetails?: FaceDetail[] | null;
  celebrityrecognition?: {
    celebrityfaces?: { name?: string; matchconfidence?: number; face?: { boundingbox?: BoundingBox } }[];
  } | null;
  moderationlabels?: { name?: string; parentname?: string; confidence?: number }[] | null;
}

export interface FaceDetail {
  boundingbox?: BoundingBox;
  confidence?: number;
  agerange?: { low?: number | null; high?: number | null };
  gender?: { value?: string | null; confidence?: number };
  emotions?: { type?: string; confidence?: number }[];
  smile?: { value?: boolean | null };
}

export interface Pages {
  index: Index;
  posts: PostsPage;
  texts: TextsPage;
  photos: PhotosPage;
  pictures: PicturesPage;
  analyses: AnalysesPage;
}
