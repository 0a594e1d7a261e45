/** Manifests of pods saved on disk: readable only by the user, found by the pod's name, and used by the next run. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createContext } from '../../src/attaching/context.ts';
import { resumePod } from '../../src/changes/recreate.ts';
import { forgetPods, manifestFolders, type SavedPlace, savedPods, savePod } from '../../src/changes/saved-pod.ts';
import { attachRequest, listener } from '../support/attach-request.ts';
import { fakeClock, settled } from '../support/fake-clock.ts';
import { type Stored, specOf, stored } from '../support/stored-objects.ts';
import { type Fault, writtenObjects } from '../support/written-objects.ts';

const ref = { kind: 'Pod', namespace: 'team', name: 'web' } as const;
const manifestOf = (name: string, note: string) => ({
  kind: 'Pod',
  metadata: { namespace: 'team', name, annotations: { note } },
  spec: { containers: [{ name: 'app', image: 'ghcr.io/acme/web' }], imagePullSecrets: [{ name: 'a' }] },
});

function place(change: Partial<SavedPlace> = {}): SavedPlace {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-state-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const folders = { state: join(folder, 'state', 'regsecret'), temporary: folder };
  return { folders, server: 'https://one.example', ref, ...change };
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

describe('the folder is', () => {
  test.each<[Record<string, string>, string]>([
    [{ XDG_STATE_HOME: '/state', HOME: '/home/jane' }, '/state/regsecret'],
    [{ HOME: '/home/jane' }, '/home/jane/.local/state/regsecret'],
    [{ XDG_STATE_HOME: 'state', HOME: '/home/jane' }, '/home/jane/.local/state/regsecret'],
    [{ XDG_STATE_HOME: '', HOME: '/home/jane' }, '/home/jane/.local/state/regsecret'],
  ])('with %j: %s', (env, state) => {
    expect(manifestFolders(env)).toEqual({ state, temporary: tmpdir() });
  });
});

describe('a manifest', () => {
  test('is found by its pod, the latest first, and by no other', () => {
    const here = place();
    const [first, second] = [savePod(here, manifestOf('web', '1')), savePod(here, manifestOf('web', '2'))];
    utimesSync(first.file, 1, 1);
    const notes = () => savedPods(here).map(({ manifest }) => (manifest as ReturnType<typeof manifestOf>).metadata);
    expect(notes().map(({ annotations }) => annotations.note)).toEqual(['2', '1']);
    expect(savedPods({ ...here, server: 'https://other.example' })).toEqual([]);
    expect(savedPods({ ...here, ref: { ...ref, name: 'we' } })).toEqual([]);
    expect(savedPods({ ...here, ref: { ...ref, namespace: 'other' } })).toEqual([]);
    second.remove();
    expect(savedPods(here)).toHaveLength(1);
    forgetPods(savedPods(here));
    expect(readdirSync(here.folders.state)).toEqual([]);
  });

  test('is for its owner alone', () => {
    const { file } = savePod(place(), manifestOf('web', '1'));
    expect([modeOf(file), modeOf(dirname(file))]).toEqual([0o600, 0o700]);
  });

  test.each(['.github/SECURITY.md', 'docs/security.md'])('is where %s says, with the mode that it says', (page) => {
    const here = place();
    const { file } = savePod(
      { ...here, folders: manifestFolders({ HOME: here.folders.temporary }) },
      manifestOf('web', '1'),
    );
    const text = readFileSync(join(import.meta.dirname, '../..', page), 'utf8');
    expect(relative(here.folders.temporary, dirname(file))).toBe(join('.local', 'state', 'regsecret'));
    expect(basename(file)).toMatch(/^web-.*\.json$/);
    for (const said of ['~/.local/state', 'regsecret/POD-*.json', 'XDG_STATE_HOME', `0${modeOf(file).toString(8)}`]) {
      expect(text).toContain(said);
    }
  });

  test('in a folder that others may use is for its owner alone, from then on', () => {
    const here = place();
    savePod(here, manifestOf('web', '1'));
    chmodSync(here.folders.state, 0o777);
    expect(savedPods(here)).toHaveLength(1);
    expect(modeOf(here.folders.state)).toBe(0o700);
  });

  test('is there again where another run has removed it, but not after its own', () => {
    const here = place();
    const saved = savePod(here, manifestOf('web', '1'));
    forgetPods(savedPods(here));
    saved.restore();
    expect(savedPods(here)).toHaveLength(1);
    saved.remove();
    saved.restore();
    expect(savedPods(here)).toEqual([]);
  });

  test('stands in a temporary folder of its own where there can be no state', () => {
    const here = place();
    writeFileSync(join(here.folders.temporary, 'state'), '');
    const saved = savePod(here, manifestOf('web', '1'));
    expect(dirname(dirname(saved.file))).toBe(here.folders.temporary);
    expect([modeOf(saved.file), modeOf(dirname(saved.file))]).toEqual([0o600, 0o700]);
    saved.remove();
    expect(existsSync(dirname(saved.file))).toBe(false);
    expect(savedPods(here)).toEqual([]);
  });

  test.each([
    ['half of one', '{"kind":"Pod"'],
    ['of another kind', JSON.stringify({ ...manifestOf('web', '1'), kind: 'Secret' })],
    ['of another pod', JSON.stringify(manifestOf('other', '1'))],
  ])('%s does not count', (_, text) => {
    const here = place();
    writeFileSync(savePod(here, manifestOf('web', '1')).file, text);
    expect(savedPods(here)).toEqual([]);
  });
});

test.each<[string, Stored[], Fault[], string]>([
  ['the pod is gone', [], [], 'created-1'],
  [
    'it is still going',
    [stored('Pod', 'web', { metadata: { deletionTimestamp: 'now' } })],
    [{ method: 'GET', number: 3, before: (now) => void now.splice(0) }],
    'created-1',
  ],
  ['another run has just created it', [stored('Pod', 'web', { list: ['a', 'pull'] })], [], 'web'],
  ['another run has just created it for itself', [stored('Pod', 'web', { list: ['a', 'b'] })], [], 'created-1'],
])('from its manifest it is created again: %s', async (_, now, faults, uid) => {
  fakeClock();
  const here = place();
  const manifest = { ...manifestOf('web', '1'), spec: specOf(stored('Pod', 'web', { list: ['a'] })).object.spec };
  const saved = { file: savePod(here, manifest).file, manifest };
  const transport = writtenObjects(now, faults);
  const context = createContext(transport, attachRequest({ folders: here.folders }), listener);
  const pod = { ...specOf(stored('Pod', 'web', { list: ['a'] })), uid: '', object: manifest };
  const list = [{ name: 'a' }, { name: 'pull' }];
  const created = settled(resumePod(pod, list, saved, context), ({ uid, imagePullSecrets }) => {
    expect(imagePullSecrets).toEqual(expect.arrayContaining(list));
    return uid;
  });
  expect(await created).toBe(uid);
  expect(savedPods({ ...here, server: transport.server })).toEqual([]);
});
