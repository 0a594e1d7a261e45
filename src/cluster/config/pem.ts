/** The certificates, keys and tokens that a kubeconfig names as files. */
import { clusterCommand } from '../../domain/text/command.ts';
import { systemReason } from '../../errno.ts';
import { UserError } from '../../errors.ts';
import { readConfigFile } from './config-file.ts';

/** The inline bytes, or what the file holds (client-go rest/config.go `dataFromSliceOrFile`). */
export function pem(data: Uint8Array | undefined, file: string | undefined): string | undefined {
  if (data !== undefined) return Buffer.from(data).toString('utf8');
  return file === undefined
    ? undefined
    : readText(file, (reason) => {
        throw new UserError(`open ${file}: ${reason}`, clusterCommand`kubectl config view --minify`);
      });
}

export function readText(file: string, failed: (reason: string) => string): string {
  try {
    return Buffer.from(readConfigFile(file)).toString('utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    return failed(systemReason(error));
  }
}
