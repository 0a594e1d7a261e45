/** One supervisor for all projects of a vitest run, each of which loads this file separately. */
import { type Supervisor, startSupervisor } from './supervisor.ts';

interface Shared {
  supervisor: Promise<Supervisor>;
  users: number;
}

/** Joins the run's supervisor, or starts it. The last user to leave closes it. */
export async function shareSupervisor(): Promise<{ supervisor: Supervisor; leave(): Promise<void> }> {
  const shared = holder[key] ?? { supervisor: startSupervisor(), users: 0 };
  holder[key] = shared;
  shared.users++;
  const leave = async (): Promise<void> => {
    if (--shared.users > 0) return;
    if (holder[key] === shared) delete holder[key];
    await (await shared.supervisor).close();
  };
  return { supervisor: await shared.supervisor, leave };
}

const key = Symbol.for('regsecret.test.supervisor');
const holder = globalThis as { [key]?: Shared };
