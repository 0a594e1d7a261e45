/** Short manifests of a pod that expand to far more than their text. */

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n';
const SPEC = 'spec: {containers: []}\n';

function repeated(count: number, one: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => one(index)).join('');
}

/** Defines `l11`. Each level contains the level below ten times. */
function laughs(spec: string): string {
  const below = (level: number) => Array(10).fill(level === 0 ? 'x' : `*l${level - 1}`);
  return `${repeated(12, (level) => `l${level}: &l${level} [${below(level)}]\n`)}${POD}${spec}`;
}

function lists(): string {
  const below = (level: number) => (level === 0 ? '{kind: Pod}' : `*l${level - 1}`);
  const items = (level: number) => Array(3).fill(below(level));
  return `kind: List\nitems:\n${repeated(19, (level) => `- &l${level} {kind: List, items: [${items(level)}]}\n`)}`;
}

/** Each level merges the level below ten times, and adds a key of its own. */
function merges(): string {
  const keys = repeated(300, (index) => `k${index}: 1, `);
  const levels = repeated(2000, (level) => {
    const below = level === 0 ? keys : `<<: [${Array(10).fill(`*l${level - 1}`)}]`;
    return `l${level}: &l${level} {${below}${level === 0 ? '' : `, m${level}: 1`}}\n`;
  });
  return `${levels}${POD}spec:\n  <<: *l1999\n  containers: []\n`;
}

function sources(): string {
  const list = `x: &x {}\nl: &l [${Array(5000).fill('*x')}]\n`;
  return `${POD}${list}${repeated(5000, (index) => `u${index}: {<<: *l}\n`)}${SPEC}`;
}

function chain(): string {
  return `l0: &l0 {}\n${repeated(20_000, (level) => `l${level + 1}: &l${level + 1} {a: *l${level}}\n`)}${POD}${SPEC}`;
}

export const YAML_BOMBS: readonly (readonly [situation: string, text: string])[] = [
  ['an alias that stands for too much', laughs('spec: {containers: *l11}\n')],
  ['the same in what is no business of ours', laughs(`x: *l11\n${SPEC}`)],
  ['lists of lists of the same objects', lists()],
  ['merge keys that bring along too much', merges()],
  ['merge keys with many sources', sources()],
  ['aliases of aliases, many levels deep', chain()],
];
