import { expect, test } from 'vitest';
import { LAST_APPLIED, lastAppliedHolds } from '../../../src/domain/pull-secret/last-applied.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const LOGIN = { username: 'ci', password: 'old"secret' };
const payload = (entry: object): string => JSON.stringify({ auths: { 'ghcr.io': entry } });
const data = (text: string): string => JSON.stringify({ data: { '.dockerconfigjson': base64(text) } });

test.each<[situation: string, annotation: string | undefined, holds: boolean]>([
  ['no annotation', undefined, false],
  ['an entry with auth', data(payload({ auth: base64('ci:old"secret') })), true],
  ['an entry with a password', data(payload({ username: 'ci', password: 'old"secret' })), true],
  ['plain text', JSON.stringify({ stringData: { '.dockerconfigjson': payload({ password: 'old"secret' }) } }), true],
  ['another login', data(payload({ auth: base64('ci:new') })), false],
  ['a password that begins the same', data(payload({ password: 'old"secret-2' })), false],
  ['data that is not base64', JSON.stringify({ data: { a: '!', b: null } }), false],
  ['no data', '{"data":null}', false],
  ['no object', '[1]', false],
  ['null', 'null', false],
  ['no JSON', '{', false],
])('%s', (_, annotation, holds) => {
  const annotations = annotation === undefined ? {} : { [LAST_APPLIED]: annotation };
  expect(lastAppliedHolds({ metadata: { annotations } }, [LOGIN])).toBe(holds);
});
