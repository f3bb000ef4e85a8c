/** Words and texts that are written in the pictures. */

import { type Lake, UNKNOWN } from "./data/lake.ts";
import { countPostsOfPictures } from "./labels.ts";
import type { Selection } from "./selection.ts";

export interface WordCount {
  word: string;
  images: number;
  posts: number;
}

interface Words {
  list: string[];
  /** Numbers of the words in each picture, each once. */
  of: number[][];
}

const kept = new WeakMap<Lake, Words>();

/** The words of the selected photos, those in most posts first. */
export function countWords(lake: Lake, selection: Selection): WordCount[] {
  const words = readWords(lake);
  const posts = new Int32Array(words.list.length);
  const images = new Int32Array(words.list.length);
  const lastPost = new Int32Array(words.list.length).fill(UNKNOWN);
  const isSeen = new Uint8Array(lake.pictures.count);
  for (let post = 0; post < lake.posts.count; post++) {
    for (const photo of lake.posts.photos[post] ?? []) {
      const picture = lake.photos.picture[photo] as number;
      if (selection.photos[photo] === 0 || picture === UNKNOWN) continue;
      for (const word of words.of[picture] as number[]) {
        if (isSeen[picture] === 0) (images[word] as number) += 1;
        if (lastPost[word] !== post) (posts[word] as number) += 1;
        lastPost[word] = post;
      }
      isSeen[picture] = 1;
    }
  }
  return words.list
    .map((word, number) => ({ word, images: images[number] as number, posts: posts[number] as number }))
    .filter((count) => count.posts > 0)
    .sort((a, b) => b.posts - a.posts || (a.word < b.word ? -1 : 1));
}

function readWords(lake: Lake): Words {
  const known = kept.get(lake);
  if (known !== undefined) return known;
  const numbers = new Map<string, number>();
  const of = lake.pictures.lines.map((lines) => {
    const found = new Set(lines.flatMap(splitWords));
    return Array.from(found, (word) => {
      const number = numbers.get(word) ?? numbers.size;
      numbers.set(word, number);
      return number;
    });
  });
  const words = { list: [...numbers.keys()], of };
  kept.set(lake, words);
  return words;
}

/** Letters, marks and digits in a row, three and more, in lower case: the rule of the saved query words_in_images. */
export function splitWords(line: string): string[] {
  return line.toLowerCase().match(/[\p{L}\p{M}\p{N}]{3,}/gu) ?? [];
}

export interface TextCount {
  picture: number;
  /** All lines of the picture. */
  text: string;
  posts: number;
}

/** The selected pictures with text, those in most posts first. */
export function countTexts(lake: Lake, selection: Selection): TextCount[] {
  const posts = countPostsOfPictures(lake, selection);
  const found: TextCount[] = [];
  for (let picture = 0; picture < lake.pictures.count; picture++) {
    const lines = lake.pictures.lines[picture] ?? [];
    const count = posts[picture] as number;
    if (count > 0 && lines.length > 0) found.push({ picture, text: lines.join(" / "), posts: count });
  }
  const id = (count: TextCount) => lake.pictures.id[count.picture] as string;
  return found.sort(
    (a, b) => b.posts - a.posts || (a.text < b.text ? -1 : a.text > b.text ? 1 : id(a) < id(b) ? -1 : 1),
  );
}
