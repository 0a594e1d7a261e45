/** Writes the matrix of situations and results for human readers to the file in REGSECRET_MATRIX. */
import { appendFileSync } from 'node:fs';

export interface Recorded {
  readonly title: string;
  readonly code: string | undefined;
  readonly kubelet: string;
  readonly fix: string | undefined;
  readonly healed: string;
  readonly text: string;
}

export function recordSituation({ title, code = 'healthy', kubelet, fix, healed, text }: Recorded): void {
  const file = process.env.REGSECRET_MATRIX;
  if (!file) return;
  const healing = healed === 'the command' ? `healed by \`${fix}\`` : healed;
  appendFileSync(file, `- ${title} → ${code} → ${kubelet} → ${healing}\n${text.replaceAll(/^/gm, '      ')}\n`);
}
