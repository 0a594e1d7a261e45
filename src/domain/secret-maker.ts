/** Objects whose controllers make a Secret in the cluster, so that it is in no manifest. */
import { fieldOf } from './holder.ts';
import type { Secret } from './secret.ts';

/** Where the name of the Secret is, unless it is their own. */
const MAKERS: Readonly<Record<string, readonly string[]>> = {
  SealedSecret: ['spec', 'template', 'metadata', 'name'],
  ExternalSecret: ['spec', 'target', 'name'],
  VaultStaticSecret: ['spec', 'destination', 'name'],
  VaultDynamicSecret: ['spec', 'destination', 'name'],
  OnePasswordItem: ['metadata', 'name'],
};

export const MAKER_KINDS: readonly string[] = Object.keys(MAKERS);

/** The Secret without what will be in it; undefined for objects that make none. */
export function secretMadeBy(kind: unknown, value: unknown): Secret | undefined {
  const path = typeof kind === 'string' && Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined;
  if (path === undefined) return undefined;
  const namespace = text(fieldOf(value, 'metadata', 'namespace'));
  const name = text(fieldOf(value, ...path)) || text(fieldOf(value, 'metadata', 'name'));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...(namespace === '' ? {} : { namespace }) } };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
