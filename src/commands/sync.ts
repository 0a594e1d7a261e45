/** `regsecret sync`: one pull secret into many namespaces. */
import { usesLogin } from '../credentials/credential-flags.ts';
import type { Io } from '../io.ts';
import { type SyncOptions, syncCommand, syncRequest } from '../operations/sync/sync-options.ts';
import { loginSource } from '../output/fleet/login-source.ts';
import { withSyncPrinter } from '../output/fleet/sync-printer.ts';
import { printerFor } from '../output/printer.ts';

/** Returns the exit code; throws UserError. */
export async function sync(options: SyncOptions, io: Io): Promise<number> {
  const request = syncRequest(options, io);
  const printer = await printerFor(io);
  const login = usesLogin(options) ? await loginSource(options, printer, io) : undefined;
  const [{ connect }, { syncSecret }, { canPrompt, promptYes }] = await Promise.all([
    import('../cluster/client/transport.ts'),
    import('../operations/sync/bring-copies.ts'),
    import('../prompt.ts'),
  ]);
  const confirm = canPrompt(io) ? (question: string) => promptYes(question, io) : undefined;
  // A credential plugin of the kubeconfig inherits the environment, and has no use for this password.
  const { passwordEnv } = options;
  const env = passwordEnv === undefined ? io.env : { ...io.env, [passwordEnv]: undefined };
  const transport = await connect(options, { ...io, env });
  const shown = { ...options, command: syncCommand(options, transport.namespace) };
  try {
    return await withSyncPrinter(shown, printer, io, (listener) =>
      syncSecret(transport, { ...request, login, confirm }, listener),
    );
  } finally {
    transport.close();
  }
}
