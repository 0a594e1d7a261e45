/** Formats objects as kubectl prints them. */
import { escapeJson } from '../codec/go/json.ts';
import { byKey } from '../codec/go/utf8.ts';
import { formatYaml, isPlainText } from '../codec/yaml.ts';
import type { Secret } from '../secret/secret.ts';

export type ManifestFormat = 'yaml' | 'json';

/**
 * `secret` byte for byte as kubectl 1.34 and later print it (cli-runtime pkg/printers yaml.go, json.go): YAML with sorted
 * keys, or JSON with four spaces in the order of the Go struct; managedFields left out, a final newline.
 */
export async function formatManifest(secret: Secret, format: ManifestFormat): Promise<string> {
  const { managedFields: _, ...metadata } = secret.metadata as Secret['metadata'] & { managedFields?: unknown };
  const shown = { ...secret, metadata };
  if (format === 'json') return `${formatJson(inOrder(shown))}\n`;
  return formatPlainYaml(shown) ?? formatYaml(shown);
}

const TOP = ['kind', 'apiVersion', 'metadata', 'immutable', 'data', 'type'];
const META = [
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
];

/** The fields in the order of the Go structs `Secret` and `ObjectMeta`, with sorted keys in maps. */
function inOrder(secret: Secret): unknown {
  const top = pick(secret, TOP);
  top.metadata = pick(secret.metadata, META);
  return top;
}

function pick(object: object, order: readonly string[]): Record<string, unknown> {
  const known = Object.fromEntries(
    order.filter((name) => Object.hasOwn(object, name)).map((name) => [name, Reflect.get(object, name)]),
  );
  return { ...known, ...Object.fromEntries(Object.entries(object).filter(([name]) => !order.includes(name))) };
}

function formatJson(value: unknown): string {
  return escapeJson(JSON.stringify(value, sortMaps, 4));
}

function sortMaps(key: string, value: unknown): unknown {
  if (key !== 'data' && key !== 'labels' && key !== 'annotations') return value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(byKey));
}

/** `value` as js-yaml prints it, with sorted keys; undefined when that takes more than this function can do. */
export function formatPlainYaml(value: object, indent = ''): string | undefined {
  const lines: string[] = [];
  for (const [key, member] of Object.entries(value).sort(byKey)) {
    if (key !== '.dockerconfigjson' && key !== '.dockercfg' && !isPlainText(key)) return undefined;
    const text = typeof member === 'string' ? plainText(member) : nested(member, indent);
    if (text === undefined) return undefined;
    lines.push(`${indent}${key}:${text}`);
  }
  return lines.join('');
}

function plainText(text: string): string | undefined {
  return isPlainText(text) ? ` ${text}\n` : undefined;
}

function nested(value: unknown, indent: string): string | undefined {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  const lines = isMap ? formatPlainYaml(value, `${indent}  `) : undefined;
  return lines === undefined ? undefined : `\n${lines}`;
}
