/** The certificates, keys and tokens that a kubeconfig names as files. */
import { clusterCommand } from '../../domain/text/command.ts';
import { systemReason } from '../../errno.ts';
import { UserError } from '../../errors.ts';
import { readConfigFileOrPipe } from './config-file.ts';

/** The inline bytes, or what the file holds (client-go rest/config.go `dataFromSliceOrFile`). */
export async function pem(
  data: Uint8Array | undefined,
  file: string | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (data !== undefined) return Buffer.from(data).toString('utf8');
  return file === undefined
    ? undefined
    : readText(file, signal, (reason) => {
        throw new UserError(`open ${file}: ${reason}`, clusterCommand`kubectl config view --minify`);
      });
}

/** A pipe is waited for; throws the reason of `signal`, and what `failed` throws. */
export async function readText(file: string, signal: AbortSignal, failed: (reason: string) => string): Promise<string> {
  try {
    return Buffer.from(await readConfigFileOrPipe(file, signal)).toString('utf8');
  } catch (error) {
    if (error instanceof UserError || signal.aborted) throw error;
    return failed(systemReason(error));
  }
}
