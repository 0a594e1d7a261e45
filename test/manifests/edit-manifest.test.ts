/** Edits manifests of any style: only the list changes, and no line that need not change. */
import { loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { editManifest, readPullManifest } from '../../src/manifests/edit-manifest.ts';
import { ManifestError } from '../../src/manifests/read-objects.ts';
import { fieldOf, isObject } from '../../src/workloads/api-object.ts';
import { manifestKindOf } from '../../src/workloads/kind.ts';
import { changedList, type Verb } from '../../src/workloads/list-change.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';
import { manifestTexts } from '../support/manifest-texts.ts';

async function edit(text: string, verb: Verb, name: string): Promise<string> {
  const manifest = await readPullManifest({ name: 'a.yaml', text });
  return (await editManifest(manifest, ({ imagePullSecrets: list }) => changedList(verb, list, [name]))).text;
}

/** Undefined if the list is shared through an anchor, so that something else would change, too. */
async function editUnshared(text: string, verb: Verb, name: string): Promise<string | undefined> {
  try {
    return await edit(text, verb, name);
  } catch (error) {
    if (error instanceof ManifestError && /: \*a/.test(text)) return undefined;
    throw error;
  }
}

/** The values as js-yaml reads them, with every list changed by the rule, and empty lists left out. */
function values(text: string, verb?: Verb, name = ''): unknown[] {
  const documents = loadAll(text) as unknown[];
  for (const object of documents.flatMap(flatten)) {
    const kind = manifestKindOf(object);
    const spec = kind === undefined ? undefined : fieldOf(object, ...kind.specPath);
    if (!isObject(spec)) continue;
    const list = Array.isArray(spec.imagePullSecrets) ? spec.imagePullSecrets : undefined;
    const after = (verb === undefined ? undefined : changedList(verb, list, [name])) ?? list ?? [];
    Reflect.set(spec, 'imagePullSecrets', after);
    if (after.length === 0) Reflect.deleteProperty(spec, 'imagePullSecrets');
  }
  return documents;
}

function flatten(value: unknown): unknown[] {
  return isObject(value) && value.kind === 'List' && Array.isArray(value.items)
    ? value.items.flatMap(flatten)
    : [value];
}

const linesOf = (text: string): string[] => text.replace(/\r?\n$/, '').split(/\r?\n/);

/** The lines that differ, by the longest common subsequence. */
function difference(before: string, after: string): { removed: string[]; added: string[] } {
  const [one, other] = [linesOf(before), linesOf(after)];
  const table = Array.from({ length: one.length + 1 }, () => new Array<number>(other.length + 1).fill(0));
  const at = (row: number, column: number): number => table[row]?.[column] ?? 0;
  for (let row = one.length - 1; row >= 0; row -= 1) {
    for (let column = other.length - 1; column >= 0; column -= 1) {
      const same = one[row] === other[column];
      (table[row] as number[])[column] = same
        ? 1 + at(row + 1, column + 1)
        : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const [removed, added]: [string[], string[]] = [[], []];
  let [row, column] = [0, 0];
  while (row < one.length || column < other.length) {
    if (row < one.length && column < other.length && one[row] === other[column]) {
      row += 1;
      column += 1;
    } else if (column >= other.length || (row < one.length && at(row + 1, column) >= at(row, column + 1)))
      removed.push(one[row++] ?? '');
    else added.push(other[column++] ?? '');
  }
  return { removed, added };
}

const RUNS = cases(300, 3000);

describe('for any manifest', () => {
  test.each(['attach', 'detach'] as const)(
    '%s: what is read after is what was read before, with the entry',
    { timeout: 120_000 },
    async (verb) => {
      await fc.assert(
        fc.asyncProperty(manifestTexts, fc.constantFrom('regsecret', '123', 'no'), async (text, name) => {
          const after = await editUnshared(text, verb, name);
          if (after !== undefined) expect(values(after)).toEqual(values(text, verb, name));
        }),
        { numRuns: RUNS },
      );
    },
  );

  test.each(['attach', 'detach'] as const)('%s: a second time changes nothing', async (verb) => {
    await fc.assert(
      fc.asyncProperty(manifestTexts, async (text) => {
        const once = await editUnshared(text, verb, 'regsecret');
        if (once !== undefined) expect(await edit(once, verb, 'regsecret')).toBe(once);
      }),
      { numRuns: RUNS / 10 },
    );
  });

  test('attach: only lines of lists are new, and only those that had to change are gone', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(manifestTexts, async (text) => {
        const after = (await editUnshared(text, 'attach', 'regsecret')) ?? text;
        const { removed, added } = difference(text, after);
        const json = /^\s*[{[]/.test(text);
        for (const line of added)
          expect(line).toMatch(
            json ? /imagePullSecrets|regsecret|^\s*[}{\]],?\r?$|"?$/ : /imagePullSecrets|regsecret|name: /,
          );
        // Flow style on one line, or a last line without line break, cannot be extended without changing that line.
        const crowded = removed.filter((line) => !/imagePullSecrets|[{[]/.test(line));
        expect(
          crowded.filter((line) => !json && text.split('\n').at(-1) !== line && !line.trim().startsWith('-')),
        ).toEqual([]);
        // Every comment is kept, except those on a line with a repeated name of the Secret.
        const count = (lines: readonly string[]) => lines.join().match(/#/g)?.length ?? 0;
        const twice = removed.filter(
          (line) => /regsecret/.test(line) && !added.some((other) => other.includes(line.trim())),
        );
        expect(count([after])).toBe(count([text]) - (count(removed) - count(added)));
        expect(count(removed) - count(added)).toBeLessThanOrEqual(count(twice));
        // A last line without line break stays so, unless that line is removed.
        const last = text.split('\n').at(-1) ?? '';
        if (last === '' || !removed.includes(last)) expect(after.endsWith('\n')).toBe(text.endsWith('\n'));
        expect(after.includes('\r\n')).toBe(text.includes('\r\n') && text.includes('\n'));
        expect(/[^\r]\n/.test(after)).toBe(/[^\r]\n/.test(text) || (!text.includes('\n') && after.includes('\n')));
      }),
      { numRuns: RUNS },
    );
  });
});
