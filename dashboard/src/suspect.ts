/**
 * Which suspect pictures the reader has chosen to see.
 *
 * Kept in memory only: neither a reload nor a permalink shows anybody what they did not ask for.
 */

import { signal } from "@preact/signals";

const revealed = signal<ReadonlySet<string>>(new Set());

/** Whether the reader has asked for all of them at once. */
export const showsAllSuspect = signal(false);

export function isRevealed(id: string): boolean {
  return showsAllSuspect.value || revealed.value.has(id);
}

export function reveal(id: string): void {
  revealed.value = new Set([...revealed.value, id]);
}
