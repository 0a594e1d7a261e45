/** Prints the result of `list`: a table, names, or everything as JSON or YAML. */
import type { SecretRow } from '../../findings/secret-row.ts';
import { writeStructured } from '../../output/structured.ts';
import { cutTo, formatTable } from '../../output/table.ts';
import { describeOrigin } from '../../secret/copy.ts';
import { displayServer } from '../../secret/display-server.ts';
import { shortType } from '../../secret/secret.ts';
import type { Io } from '../../system/io.ts';
import { many } from '../../text/enumerate.ts';
import { concat, printable, printed } from '../../text/printable.ts';
import { humanDuration } from '../../text/time.ts';
import { nameLine } from '../../workloads/object-ref.ts';
import { formatUsage } from '../../workloads/references.ts';

export interface ListPrinterOptions {
  readonly output: 'wide' | 'json' | 'yaml' | 'name' | undefined;
  readonly namespaces: boolean;
  readonly headers: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type Column = readonly [title: string, cell: (row: SecretRow) => string];

/** Returns whether cells were cut because the terminal is too narrow. */
export async function printList(rows: readonly SecretRow[], options: ListPrinterOptions, io: Io): Promise<boolean> {
  const { output, namespaces, headers, now } = options;
  if (output === 'json' || output === 'yaml') {
    await writeStructured({ items: rows }, output, io);
    return false;
  }
  if (output === 'name') {
    const lines = rows.map(({ name, namespace }) =>
      nameLine({ kind: 'Secret', namespace, name }, namespaces ? undefined : namespace),
    );
    io.stdout.write(concat(lines.map((line) => printed`${printable(line)}\n`)));
    return false;
  }
  if (rows.length === 0) return false;
  const wide = output === 'wide';
  const columns: Column[] = [
    ...(namespaces ? ([['NAMESPACE', (row) => row.namespace]] satisfies Column[]) : []),
    ['NAME', (row) => row.name],
    ['TYPE', (row) => (row.type === undefined ? '-' : shortType(row.type))],
    ['REGISTRIES', (row) => (wide ? allRegistriesOf(row) : registriesOf(row)) || '-'],
    ...(wide ? WIDE : []),
    ['USED BY', ({ usedBy }) => formatUsage(usedBy).join(', ') || '-'],
    ['PROBLEMS', ({ findings }) => [...new Set(findings.map(({ code }) => code))].join(', ') || '-'],
    ['AGE', ({ createdAt }) => (createdAt === undefined ? '-' : humanDuration(now - Date.parse(createdAt)))],
  ];
  const titles = columns.map(([title]) => title);
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const table = formatTable(titles, cells, io.stdout, wide, !headers);
  io.stdout.write(table);
  return io.stdout.columns() !== undefined && table !== formatTable(titles, cells, io.stdout, true, !headers);
}

/** Limits that keep each row a readable line, whatever a Secret holds. */
const SHOWN_REGISTRIES = 3;
const SHOWN_CHARACTERS = 100;

function registriesOf({ registries, moreRegistries = 0 }: SecretRow): string {
  const servers = registries
    .slice(0, SHOWN_REGISTRIES)
    .map(({ server }) => cutTo(displayServer(server).slice(0, 2 * SHOWN_CHARACTERS), SHOWN_CHARACTERS));
  return many(servers, { limit: SHOWN_REGISTRIES, total: registries.length + moreRegistries });
}

function allRegistriesOf({ registries, moreRegistries = 0 }: SecretRow): string {
  const servers = registries.map(({ server }) => displayServer(server));
  return many(servers, { limit: servers.length, total: servers.length + moreRegistries });
}

const WIDE: readonly Column[] = [
  ['COPY OF', ({ copyOf }) => (copyOf === undefined ? '-' : describeOrigin(copyOf).replace(/^copy of /, ''))],
  ['USERS', ({ registries }) => registries.map(({ username = '-' }) => username).join(', ') || '-'],
  ['PASSWORDS', ({ registries }) => registries.map(({ fingerprint = '-' }) => fingerprint).join(', ') || '-'],
];
