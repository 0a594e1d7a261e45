/** A server that does not match an image, and nearly does. */
import { matchesGlob } from './glob.ts';
import { GoUrlError } from './go-url.ts';
import { ImageReferenceError, imageName, parseImage } from './image.ts';
import { parseKey, splitHost } from './key.ts';

export type Difference = 'port' | 'path' | 'case';

/** What keeps `server` from matching `image`, undefined where it is for something else altogether, or matches. */
export function nearMiss(server: string, image: string): Difference | undefined {
  const name = repositoryOf(image);
  const key = parsedKey(server);
  if (name === undefined || key === undefined) return undefined;
  const slash = name.indexOf('/');
  const [own, other] = [splitHost(key.host), splitHost(name.slice(0, slash))];
  const path = name.slice(slash);
  if (!sameLabels(own.labels, other.labels, String)) {
    return sameLabels(own.labels, other.labels, lower) ? 'case' : undefined;
  }
  if (own.port !== other.port) return 'port';
  if (path.startsWith(key.path)) return undefined;
  return lower(path).startsWith(lower(key.path)) ? 'case' : 'path';
}

function sameLabels(one: readonly string[], other: readonly string[], fold: (text: string) => string): boolean {
  return one.length === other.length && one.every((label, index) => matchesGlob(fold(label), fold(other[index] ?? '')));
}

function lower(text: string): string {
  return text.toLowerCase();
}

function repositoryOf(image: string): string | undefined {
  try {
    return imageName(parseImage(image));
  } catch (error) {
    if (error instanceof ImageReferenceError) return undefined;
    throw error;
  }
}

function parsedKey(server: string) {
  try {
    return parseKey(server);
  } catch (error) {
    if (error instanceof GoUrlError) return undefined;
    throw error;
  }
}
