/**
 * Makes src/manifests/schema-table.ts, the fields of the kinds that create pods, from the OpenAPI document of the Kubernetes that
 * the tests run: `node build/schema-table.ts`. A test compares the file with that document.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PULL_KINDS } from '../src/workloads/kind.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly 'x-kubernetes-group-version-kind'?: readonly { group: string; version: string; kind: string }[];
}

type Definitions = Readonly<Record<string, Schema>>;

/** What a value is. Nothing stands for a string, because most fields are one. */
const SCALARS: Readonly<Record<string, string>> = { string: '', integer: 'i', number: 'n', boolean: 'b' };
/** These are a string or a number, whatever the document says (`UnmarshalJSON` of each). */
const EITHER: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'q',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'x',
};

/** The version of a Go module that the tests use, and its folder. Throws if Go has not downloaded it. */
export function goModule(name: string): { version: string; folder: string } {
  const cwd = join(import.meta.dirname, '../test/environment/go/kubernetes');
  const args = ['list', '-m', '-f', '{{.Version}} {{.Dir}}', name];
  const [version = '', folder = ''] = execFileSync('go', args, { cwd, encoding: 'utf8' }).trim().split(' ');
  return { version, folder };
}

/** The text of src/manifests/schema-table.ts. */
export function schemaTable(): string {
  const { version, folder } = goModule('k8s.io/kubernetes');
  const { definitions } = JSON.parse(readFileSync(join(folder, 'api/openapi-spec/swagger.json'), 'utf8'));
  const [minor = ''] = /\d+\.\d+/.exec(version) ?? [];
  return `/**
 * The fields of Secrets and of the kinds with imagePullSecrets, as the OpenAPI document of Kubernetes has them. Made by
 * \`node build/schema-table.ts\`.
 */
export const SCHEMA_VERSION = '${minor}';

/**
 * A line for each type: its fields, each with the type of its value. The first line has the kinds. A type is the number of a line,
 * counted from 0; \`[\` is a list and \`{\` a map of the type behind it; nothing is a string, \`i\` a whole number, \`n\` a number,
 * \`b\` a boolean, \`q\` a string or a number, \`x\` a string or a whole number, and \`a\` anything.
 */
export const SCHEMA_TABLE = \`${linesOf(definitions).join('\n')}\`;
`;
}

function linesOf(definitions: Definitions): string[] {
  const names: string[] = [];
  const lines: string[] = [];
  const kinds = [...PULL_KINDS, { group: '', kind: 'Secret' }].map(({ group, kind }) => {
    const version = [...(group === '' ? [] : [group]), 'v1'].join('/');
    return `${version}/${kind}:${numberOf(nameOf(group, kind, definitions))}`;
  });
  for (let index = 0; index < names.length; index += 1) lines.push(fieldsOf(names[index] as string));
  return [kinds.join(' '), ...lines];

  function numberOf(name: string): number {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name) + 1;
  }

  function fieldsOf(name: string): string {
    const { properties = {}, ...schema } = definitions[name] as Schema;
    const isKind = schema['x-kubernetes-group-version-kind'] !== undefined;
    const fields = Object.entries(properties).map(([field, value]) => {
      // Only the API server writes it.
      const type = isKind && field === 'status' ? 'a' : typeOf(value);
      return type === '' ? field : `${field}:${type}`;
    });
    return fields.join(' ');
  }

  function typeOf({ $ref = '', type = '', items, additionalProperties }: Schema): string {
    const name = $ref.slice('#/definitions/'.length);
    const either = EITHER[name];
    if (either !== undefined) return either;
    if (name !== '') {
      const target = definitions[name] as Schema;
      return target.properties === undefined ? typeOf(target) : `${numberOf(name)}`;
    }
    if (items !== undefined) return `[${typeOf(items)}`;
    return additionalProperties === undefined ? (SCALARS[type] ?? 'a') : `{${typeOf(additionalProperties)}`;
  }
}

function nameOf(group: string, kind: string, definitions: Definitions): string {
  const found = Object.entries(definitions).find(
    ([, { 'x-kubernetes-group-version-kind': known = [], properties }]) =>
      properties?.metadata !== undefined &&
      known.length === 1 &&
      known.some((one) => one.group === group && one.version === 'v1' && one.kind === kind),
  );
  if (found === undefined) throw new Error(`no definition of ${kind}`);
  return found[0];
}

if (import.meta.main) writeFileSync(new URL('../src/manifests/schema-table.ts', import.meta.url), schemaTable());
