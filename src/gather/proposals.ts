/** The commands of findings as they can be proposed on this machine. */
import type { FindingView } from '../diagnosis/view.ts';
import { reachableFix, userOf } from '../findings/finding.ts';
import type { Io } from '../system/io.ts';

/**
 * Returns a function that makes the command of a finding fit this machine: it carries logins of this machine only where the
 * command line went, and the users of other logins, which `usual` knows by server.
 */
export async function proposer(
  io: Io,
  usual?: (server: string) => string | undefined,
): Promise<(found: FindingView) => FindingView> {
  const { userNamer } = await import('../credentials/known-logins.ts');
  const named = await userNamer(io, usual);
  return (found) => {
    const { command, sufficient } = reachableFix(found.fix, io.commands);
    return { ...found, fix: { command: named(command, userOf(found)), sufficient } };
  };
}
