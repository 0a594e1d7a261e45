/** Prints the result of `create`, what happened to the entry of each registry, and what the user should know about the logins. */
import type { Upsert } from '../../changes/upsert.ts';
import type { CollectedEntry } from '../../credentials/collect.ts';
import { DRY_RUN, type Printer } from '../../output/printer.ts';
import { displayServer } from '../../secret/display-server.ts';
import type { Io } from '../../system/io.ts';

interface PrintContext {
  readonly io: Io;
  readonly printer: Printer;
}

interface PrintOptions {
  readonly output?: 'yaml' | 'json' | 'name';
  readonly dryRun: 'none' | 'client' | 'server';
}

const RESULTS = { created: 'created', updated: 'configured', unchanged: 'unchanged', replaced: 'replaced' } as const;

export async function printCreated(
  { action, secret }: Pick<Upsert, 'action' | 'secret'>,
  { options: { output, dryRun }, io, printer }: PrintContext & { readonly options: PrintOptions },
): Promise<void> {
  const name = `secret/${secret.metadata.name}`;
  if (output === undefined) return printer.result(`${name} ${RESULTS[action]}${DRY_RUN[dryRun]}`);
  if (output === 'name') return printer.result(name);
  const { formatManifest } = await import('../../output/secret-manifest.ts');
  io.stdout.writeManifest(await formatManifest(secret, output));
  // stdout has only the manifest, which does not show that the Secret was written.
  if (dryRun === 'none') printer.say(`${name} ${RESULTS[action]}`);
}

/** Says what happened to the entry of each registry. Passwords are never shown, only that they changed. */
export function sayEntries(entries: readonly CollectedEntry[], applied: Upsert | undefined, printer: Printer): void {
  const change = applied !== undefined && applied.action !== 'created' ? applied.change : undefined;
  const widths = [
    Math.max(...entries.map(({ server }) => displayServer(server).length)),
    Math.max(...entries.map(({ credential }) => credential.username.length)),
  ];
  for (const { server, credential, from } of entries) {
    const former = change?.formerUsers?.get(server);
    const action = change?.actions.get(server);
    const done = former === undefined ? action : `${action} (was ${former})`;
    const cells = [displayServer(server).padEnd(widths[0] ?? 0), credential.username.padEnd(widths[1] ?? 0)];
    printer.say(`  ${[...cells, `from ${from}`, ...(done === undefined ? [] : [done])].join('  ')}`);
  }
  for (const server of change?.removed ?? []) {
    printer.say(`  ${[displayServer(server), change?.formerUsers?.get(server) ?? [], 'removed'].flat().join('  ')}`);
  }
}

/**
 * Warns about what was in the Secret before: entries that keep pods from all their pull secrets, an old login in an annotation,
 * and the mark of a copy.
 */
export async function sayLeftOver(applied: Upsert, { io, printer }: PrintContext): Promise<void> {
  if (applied.action === 'created') return;
  const { annotations = {} } = applied.secret.metadata;
  if (applied.change.undecodable.length === 0 && Object.keys(annotations).length === 0) return;
  const [{ copyMark }, { inPortions }, { diagnosisOf }, { formatMore, listed }, { sayFinding }] = await Promise.all([
    import('../../secret/copy.ts'),
    import('../../system/concurrency.ts'),
    import('../../findings/diagnosed-secret.ts'),
    import('../../findings/listed.ts'),
    import('../../changes/failure-printer.ts'),
  ]);
  const mark = copyMark(applied.secret);
  if (mark !== undefined && applied.action !== 'unchanged') {
    const { name } = applied.secret.metadata;
    printer.warn(
      `secret/${name} is a copy of ${mark.source}: the next sync overwrites it, so change the source instead`,
    );
  }
  const { findings } = await inPortions(diagnosisOf(applied.secret, io.clock.now()), io.signal);
  const leftOver = findings.filter(({ code }) => code === 'unreadable-entry' || code === 'login-in-annotation');
  for (const found of listed(leftOver, ({ code }) => code)) {
    sayFinding(found, printer);
    if (found.more !== undefined) printer.say(formatMore(found.more));
  }
}
