/** The tags that a repository has instead of a missing one. */
import { nearest } from '../text/closest.ts';

/** What a registry has instead of the tag that was asked for. */
export interface NearTags {
  /** The nearest first, then the newest by their version. */
  readonly names: readonly string[];
  /** How many more tags there are. */
  readonly more: number;
  /** Set if the registry has more tags than it listed. */
  readonly isPart?: true | undefined;
}

/** How many tags are named. */
const SHOWN = 3;

/**
 * Reads the body of an answer to `/v2/NAME/tags/list`, which may have been cut off. `isPart`: the registry says that there are
 * more tags. The list ends at the first item that is no tag (distribution reference/regexp.go). Undefined when there are no tags.
 */
export function tagsNear(tag: string, body: string, isPart: boolean): NearTags | undefined {
  const { tags, isWhole } = tagList(body);
  const all = tags.filter((name) => !SIGNATURE.test(name));
  const near = nearest(tag, all, SHOWN);
  const newest = all.filter((name) => !near.includes(name)).sort(newestFirst());
  const names = [...near, ...newest].slice(0, SHOWN);
  if (names.length === 0) return undefined;
  const found = { names, more: all.length - names.length };
  return isPart || !isWhole ? { ...found, isPart: true } : found;
}

function tagList(body: string): { readonly tags: string[]; readonly isWhole: boolean } {
  const start = /"tags"\s*:\s*\[\s*/.exec(body);
  const item = /"(\w[\w.-]{0,127})"\s*(?:,\s*|(?=\]))/y;
  const tags: string[] = [];
  let end = start === null ? body.length : start.index + start[0].length;
  for (;;) {
    item.lastIndex = end;
    const tag = item.exec(body)?.[1];
    if (tag === undefined) return { tags, isWhole: body[end] === ']' };
    tags.push(tag);
    end = item.lastIndex;
  }
}

/** `existing tags: v1.2, v1.3 (41 more)`. */
export function describeTags({ names, more, isPart }: NearTags): string {
  const rest = isPart ? (more === 0 ? 'and more' : `${more}+ more`) : more === 0 ? '' : `${more} more`;
  return `existing tags: ${names.join(', ')}${rest === '' ? '' : ` (${rest})`}`;
}

/** `image` with the only tag that is near to its own, or the only tag at all. Otherwise with the placeholder TAG. */
export function withNearTag(image: string, { names }: Pick<NearTags, 'names'> = { names: [] }): string {
  const [, name = '', tag = ''] = /^(.*?)(?::([^/:@]*))?(?:@.*)?$/s.exec(image) ?? [];
  const [near = 'TAG', ...others] = names.length === 1 ? names : nearest(tag, names, 2);
  return `${name}:${others.length === 0 ? near : 'TAG'}`;
}

/** What cosign stores beside an image, under a tag that nobody deploys. */
const SIGNATURE = /^sha256-[0-9a-f]{64}/;

/** Matches `v1.2` and `1.2-rc1`, but no commit. */
const VERSION = /^v?\d+(\.\d+)*(?![0-9a-f]*[a-f])/i;
/** Sorts versions before everything else, such as names of branches and commits. */
function newestFirst(): (one: string, other: string) => number {
  const byNumber = new Intl.Collator('en', { numeric: true });
  return (one, other) => {
    const [isVersion, isOther] = [VERSION.test(one), VERSION.test(other)];
    if (isVersion !== isOther) return isVersion ? -1 : 1;
    return byNumber.compare(other.replace(/^v/, ''), one.replace(/^v/, ''));
  };
}

/** Says that the registry tells the login in `secret` that the image does not exist. */
export function describeAbsent(secret = ''): string {
  return `; secret ${secret} has one, but with it the registry reports that this image does not exist`;
}
