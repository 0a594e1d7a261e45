/** Which modules a run loads before it does its work. A careless import fails here at once, before users notice a slow start. */
import { describe, expect, test } from 'vitest';
import { artefacts, loadedBy } from './loaded.ts';
import { CREATE, DEAR, DOCKER_FLAGS, LATER, START } from './startup.ts';

const dryRun = ['create', 'x', ...DOCKER_FLAGS, '--dry-run=client', '-o', 'yaml'];

describe.each(artefacts)('the %s loads', (artefact) => {
  test.each([
    { args: ['--version'], files: [] },
    { args: ['--help'], files: [] },
    { args: ['create', '--help'], files: [] },
    { args: dryRun, files: CREATE },
  ])('only what $args needs', async ({ args, files }) => {
    const loaded = await loadedBy(artefact, args);
    expect(loaded).toMatchObject({ files: [...START, ...files].sort(), packages: ['commander'] });
    expect(loaded.pure.filter((name) => LATER.includes(name))).toEqual([]);
    expect(loaded.builtins.filter((name) => DEAR.includes(name))).toEqual([]);
  });

  test('js-yaml for a name that needs quotes', async () => {
    expect((await loadedBy(artefact, dryRun.with(1, '123'))).packages).toEqual(['commander', 'js-yaml']);
  });
});
