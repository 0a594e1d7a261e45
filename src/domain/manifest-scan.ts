/** What a text may hold, told without parsing it: folders are full of what is not ours, and trees with places are big. */
import { PULL_KINDS } from './pull-kind.ts';
import { MAKER_KINDS } from './secret-maker.ts';

const KINDS = new Set(['Secret', ...PULL_KINDS.map(({ kind }) => kind), ...MAKER_KINDS]);
/** A kind as a word; with an anchor, a tag or an alias it may be any. */
const KIND = /\bkind["']?\s*:\s*["']?([^\s,}"']+)/g;
const DOCKER_CONFIG = /"(?:auths|credsStore|credHelpers)"/;

/** Whether there may be a pod, a template, a service account, a Secret or a docker config in it. */
export function mayHoldObjects(text: string): boolean {
  return DOCKER_CONFIG.test(text) || [...text.matchAll(KIND)].some(([, kind = '']) => isOurs(kind));
}

function isOurs(kind: string): boolean {
  return KINDS.has(kind) || kind.endsWith('List') || /^[&*!]/.test(kind);
}
