/** Generates manifests as people write them, with generated values in generated styles. */
import { fc } from './fast-check.ts';

/** How one text is written. `choices` is an endless supply of random choices. */
interface Style {
  readonly indent: number;
  readonly dashes: number;
  readonly eol: '\n' | '\r\n';
  readonly choices: readonly number[];
  readonly comments: boolean;
  readonly finalBreak: boolean;
  readonly json: boolean;
}

const name = fc.constantFrom('a', 'regsecret', 'my-pull', 'x.y', '123', '1e3', 'no', '2001-01-01', 'null');
const image = fc.constantFrom(
  'r.example/app:1',
  'nginx',
  'ghcr.io/acme/api@sha256:0',
  '# not a comment',
  'a: b',
  '{{ x }}',
  "it's",
);
const entry = fc.oneof({ weight: 8, arbitrary: name.map((one) => ({ name: one })) }, fc.constant({}));
const list = fc.option(fc.oneof(fc.array(entry, { maxLength: 3 }), fc.constant(null)), { nil: undefined });
const scalar = fc.oneof(
  fc.boolean(),
  fc.integer({ min: -9, max: 99 }),
  fc.constant(null),
  fc.constantFrom('x', '', 'on', 'a b', 'l\nm\n', ' ', '-', '#', '*a', '&b', '!c', '"', "'", '>', '|', '%d', '@e', '`'),
);

const container = fc.record(
  {
    name: fc.constantFrom('app', 'side'),
    image,
    command: fc.array(fc.constantFrom('sh', '-c', 'echo "hi" # x\n'), { maxLength: 2 }),
    env: fc.dictionary(fc.constantFrom('A', 'B'), scalar, { maxKeys: 2, noNullPrototype: true }),
  },
  { requiredKeys: ['name', 'image'] },
);
const podSpec = fc
  .record(
    {
      serviceAccountName: fc.constantFrom('robot', 'default'),
      containers: fc.array(container, { minLength: 1, maxLength: 2 }),
      imagePullSecrets: list,
      restartPolicy: fc.constant('Never'),
      volumes: fc.array(fc.record({ name: fc.constant('v'), emptyDir: fc.constant({}) }), { maxLength: 1 }),
    },
    { requiredKeys: ['containers'] },
  )
  .chain(shuffled);
const metadata = fc.record(
  {
    name: fc.constantFrom('web', 'db'),
    labels: fc.dictionary(fc.constantFrom('app', 'team'), fc.constantFrom('x', 'on', '1'), {
      maxKeys: 2,
      noNullPrototype: true,
    }),
  },
  { requiredKeys: ['name'] },
);

function object(apiVersion: string, kind: string, rest: fc.Arbitrary<object>): fc.Arbitrary<object> {
  return fc.tuple(metadata, rest).chain(([meta, fields]) => shuffled({ apiVersion, kind, metadata: meta, ...fields }));
}

const template = podSpec.map((spec) => ({ metadata: { labels: { app: 'x' } }, spec }));
const pullSpecs = fc.oneof(
  object(
    'v1',
    'Pod',
    podSpec.map((spec) => ({ spec })),
  ),
  object(
    'apps/v1',
    'Deployment',
    template.map((it) => ({ spec: { replicas: 1, template: it } })),
  ),
  object(
    'batch/v1',
    'CronJob',
    template.map((it) => ({ spec: { jobTemplate: { spec: { template: it } }, schedule: '* * * * *' } })),
  ),
  object(
    'v1',
    'ServiceAccount',
    fc.record({ imagePullSecrets: list, secrets: fc.array(entry, { maxLength: 1 }) }, { requiredKeys: [] }),
  ),
);
const others = fc.oneof(
  object(
    'v1',
    'ConfigMap',
    fc.record({ data: fc.dictionary(fc.constantFrom('k', 'l'), scalar, { noNullPrototype: true }) }),
  ),
  object(
    'argoproj.io/v1alpha1',
    'Rollout',
    template.map((it) => ({ spec: { template: it } })),
  ),
);
/** Two objects with the same template. The second may be of a kind that we do not know. */
const twins = fc
  .tuple(template, fc.constantFrom(['apps/v1', 'Deployment'], ['argoproj.io/v1alpha1', 'Rollout']))
  .map(([it, [apiVersion, kind]]) => {
    const one = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'one' }, spec: { template: it } };
    return { apiVersion: 'v1', kind: 'List', items: [one, { ...one, apiVersion, kind }] };
  });
const document = fc.oneof(
  { weight: 1, arbitrary: twins },
  { weight: 6, arbitrary: pullSpecs },
  { weight: 1, arbitrary: others },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(pullSpecs, others), { minLength: 1, maxLength: 3 })
      .map((items) => ({ apiVersion: 'v1', kind: 'List', items })),
  },
);

const style = fc.record<Style>({
  indent: fc.constantFrom(2, 2, 3, 4),
  dashes: fc.constantFrom(0, 2),
  eol: fc.constantFrom('\n', '\n', '\r\n'),
  choices: fc.array(fc.nat(99), { minLength: 40, maxLength: 40 }),
  comments: fc.boolean(),
  finalBreak: fc.boolean(),
  json: fc.constantFrom(false, false, false, true),
});

/** Streams of one to three documents. */
export const manifestTexts: fc.Arbitrary<string> = fc
  .tuple(fc.array(document, { minLength: 1, maxLength: 3 }), style)
  .map(([documents, how]) => (how.json ? jsonText(documents[0] ?? {}, how) : yamlText(documents, how)));

function shuffled<T extends object>(value: T): fc.Arbitrary<T> {
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return fc.shuffledSubarray(entries, { minLength: entries.length }).map((some) => Object.fromEntries(some) as T);
}

function jsonText(value: object, { indent, eol, choices, finalBreak }: Style): string {
  const space = [undefined, ' '.repeat(indent), '\t'][(choices[0] ?? 0) % 3];
  return JSON.stringify(value, undefined, space).replaceAll('\n', eol) + (finalBreak ? eol : '');
}

function yamlText(documents: readonly object[], how: Style): string {
  const pen = new Pen(how);
  const texts = documents.map((value) => {
    pen.anchored.clear();
    return pen.node(value, 0, 'top');
  });
  const start = pen.pick(3) === 0 ? `---${how.eol}` : '';
  const text =
    start +
    texts.join(pen.pick(2) === 0 ? `${how.eol}---${how.eol}` : `${how.eol}# between${how.eol}--- # next${how.eol}`);
  return text + (how.finalBreak ? how.eol : '');
}

/** Writes values in the style that the choices select. */
class Pen {
  readonly how: Style;
  /** The anchor names of the document, by the JSON of the anchored value. */
  readonly anchored = new Map<string, string>();
  private next = 0;

  constructor(how: Style) {
    this.how = how;
  }

  pick(count: number): number {
    this.next += 1;
    return (this.how.choices[this.next % this.how.choices.length] ?? 0) % count;
  }

  /** The text after `key:` or `-`, or at the top level. Its first line is not indented. */
  node(value: unknown, column: number, place: 'top' | 'value' | 'item'): string {
    if (Array.isArray(value)) return this.seq(value, column, place);
    if (typeof value === 'object' && value !== null) return this.map(value, column, place);
    return this.scalar(value, column, place);
  }

  private map(value: object, column: number, place: string): string {
    const entries = Object.entries(value);
    const alias = this.anchored.get(JSON.stringify(value));
    if (place === 'value' && alias !== undefined && this.pick(2) === 0) return ` *${alias}`;
    if (entries.length === 0) return place === 'value' ? ' {}' : '{}';
    if (place !== 'top' && this.pick(6) === 0) return (place === 'value' ? ' ' : '') + this.flow(value);
    const lines = entries.map(
      ([key, part]) =>
        `${this.key(key)}:${this.gap(part)}${this.node(part, column + this.how.indent, 'value')}${this.comment(part)}`,
    );
    const separator = this.how.eol + ' '.repeat(column);
    const body = lines.join(
      this.pick(8) === 0 && this.how.comments
        ? `${this.how.eol}${' '.repeat(column)}# between keys${separator}`
        : separator,
    );
    if (place !== 'value') return body;
    const anchor = this.pick(5) === 0 ? this.anchor(value) : '';
    return `${anchor}${this.how.comments && this.pick(6) === 0 ? ' # opens' : ''}${separator}${body}`;
  }

  /** Defines an anchor for a value being written, to which an alias may refer later. */
  private anchor(value: object): string {
    const name = `a${this.anchored.size + 1}`;
    this.anchored.set(JSON.stringify(value), name);
    return ` &${name}`;
  }

  private seq(value: readonly unknown[], column: number, place: string): string {
    if (value.length === 0) return place === 'value' ? ' []' : '[]';
    if (place !== 'top' && this.pick(4) === 0) return (place === 'value' ? ' ' : '') + this.flow(value);
    // The key is one step to the left of `column`.
    const at = place === 'value' ? column - this.how.indent + Math.min(this.how.dashes, this.how.indent) : column;
    const spaces = ' '.repeat(1 + this.pick(2));
    const items = value.map(
      (item) => `-${spaces}${this.node(item, at + 1 + spaces.length, 'item')}${this.comment(item)}`,
    );
    const separator = this.how.eol + ' '.repeat(at);
    return (place === 'value' ? separator : '') + items.join(separator);
  }

  private flow(value: unknown): string {
    const pad = ['', ' '][this.pick(2)] ?? '';
    if (Array.isArray(value)) {
      const comma = value.length > 0 && this.pick(4) === 0 ? ',' : '';
      return `[${pad}${value.map((item) => this.flow(item)).join(`,${' '.repeat(1 + this.pick(2))}`)}${comma}${pad}]`;
    }
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    return `{${pad}${Object.entries(value)
      .map(([key, part]) => `${this.key(key)}: ${this.flow(part)}`)
      .join(', ')}${pad}}`;
  }

  private scalar(value: unknown, column: number, place: string): string {
    const space = place === 'value' ? ' ' : '';
    if (value === null) return ['', `${space}null`, `${space}~`][place === 'value' ? this.pick(3) : 1] ?? '';
    if (typeof value === 'string' && place === 'value' && /^[a-z ]+\n([a-z]+\n)*$/.test(value)) {
      return ` |${this.how.eol}${value
        .trimEnd()
        .split('\n')
        .map((line) => ' '.repeat(column) + line)
        .join(this.how.eol)}`;
    }
    const plain =
      typeof value !== 'string' ||
      (/^[a-z][a-z0-9./-]*(:[0-9])?$/.test(value) && !/^(no|on|null|y|n|yes|off|true|false)$/.test(value));
    if (plain && this.pick(3) !== 0) return `${space}${value}`;
    if (typeof value === 'string' && !/[\n\\]/.test(value) && this.pick(2) === 0)
      return `${space}'${value.replaceAll("'", "''")}'`;
    return space + JSON.stringify(value);
  }

  private key(key: string): string {
    return this.pick(9) === 0 ? JSON.stringify(key) : key;
  }

  /** Some authors align their values with extra spaces. */
  private gap(value: unknown): string {
    const inline = typeof value !== 'object' && typeof value !== 'string';
    return inline && this.pick(5) === 0 ? '   ' : '';
  }

  private comment(value: unknown): string {
    const inline =
      (typeof value !== 'object' || value === null) && !(typeof value === 'string' && value.includes('\n'));
    return this.how.comments && inline && this.pick(5) === 0 ? '  # said' : '';
  }
}
