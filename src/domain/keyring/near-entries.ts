/** Finds the entries of a Secret that nearly match an image. A Secret may have thousands, so they are found by their host. */
import type { ContentEntry, Contents } from './contents.ts';
import { type Difference, nearMiss } from './coverage.ts';
import { ImageReferenceError, imageName, parseImage } from './image.ts';
import { readKey, splitHost } from './key.ts';

/** An entry for other images, and what keeps it from matching. */
export interface NearEntry {
  readonly server: string;
  readonly difference: Difference;
}

/** No more entries are compared: hundreds for one host, or with a wildcard, are no typo. */
const COMPARED = 100;

/** The entries for which {@link nearMiss} finds a difference, in the order of the Secret. */
export function nearEntries(contents: Contents, image: string): NearEntry[] {
  const host = hostOf(image);
  if (host === undefined) return [];
  const { byHost, wildcards } = indexOf(contents);
  const places = [...(byHost.get(host) ?? []), ...wildcards].sort((one, other) => one - other);
  return places.flatMap((place) => {
    const { server } = contents.entries[place] as ContentEntry;
    const difference = nearMiss(server, image);
    return difference === undefined ? [] : [{ server, difference }];
  });
}

function hostOf(image: string): string | undefined {
  try {
    const [host = ''] = imageName(parseImage(image)).split('/', 1);
    return folded(splitHost(host).labels);
  } catch (error) {
    if (error instanceof ImageReferenceError) return undefined;
    throw error;
  }
}

/** Positions among the entries. */
interface HostIndex {
  readonly byHost: ReadonlyMap<string, readonly number[]>;
  readonly wildcards: readonly number[];
}

const indexes = new WeakMap<Contents, HostIndex>();

function indexOf(contents: Contents): HostIndex {
  const known = indexes.get(contents);
  if (known !== undefined) return known;
  const index = indexEntries(contents);
  indexes.set(contents, index);
  return index;
}

function indexEntries({ entries }: Contents): HostIndex {
  const byHost = new Map<string, number[]>();
  const wildcards: number[] = [];
  entries.forEach(({ server }, place) => {
    const key = readKey(server);
    if (key === undefined) return;
    const host = folded(splitHost(key.host).labels);
    const places = /[*?[\\]/.test(host) ? wildcards : (byHost.get(host) ?? []);
    if (places.length >= COMPARED) return;
    places.push(place);
    if (places !== wildcards) byHost.set(host, places);
  });
  return { byHost, wildcards };
}

function folded(labels: readonly string[]): string {
  return labels.map((label) => label.toLowerCase()).join('.');
}
