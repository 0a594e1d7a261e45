/** JSON schemas for kubeconform from the OpenAPI document of an API server, so that none has to be downloaded. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

// biome-ignore lint/suspicious/noExplicitAny: a schema may hold anything
type Schema = any;

interface Definitions {
  readonly [name: string]: Schema;
}

/** Writes a schema for each kind to `folder`, and returns the template with which kubeconform finds them. */
export function writeSchemas(
  openApi: { readonly definitions: Definitions },
  kinds: readonly string[],
  folder: string,
): string {
  const definitions = Object.fromEntries(
    Object.entries(openApi.definitions).map(([name, schema]) => [name, strict(schema)]),
  );
  for (const kind of kinds) {
    const found = Object.entries(openApi.definitions).filter(([name, schema]) =>
      schema['x-kubernetes-group-version-kind']?.some(
        (one: { kind: string; version: string }) =>
          one.kind === kind && one.version === 'v1' && name.endsWith(`.${kind}`),
      ),
    );
    const [[name] = []] = found;
    if (name === undefined) throw new Error(`the API server has no schema of ${kind}`);
    const schema = { $schema: 'http://json-schema.org/draft-07/schema#', $ref: `#/definitions/${name}`, definitions };
    writeFileSync(join(folder, `${kind.toLowerCase()}.json`), JSON.stringify(schema));
  }
  return join(folder, '{{ .ResourceKind }}.json');
}

/** The schema without Kubernetes' extensions to JSON Schema, and closed: an unknown field is an error. */
function strict(schema: Schema): Schema {
  if (schema.format === 'int-or-string') return { anyOf: [{ type: 'integer' }, { type: 'string' }] };
  const { properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: mapValues(properties), additionalProperties: false }),
    ...(items === undefined ? {} : { items: strict(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: strict(additionalProperties) }),
  };
}

function mapValues(properties: Definitions): Definitions {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, strict(schema)]));
}
