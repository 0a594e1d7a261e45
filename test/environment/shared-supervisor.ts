/** One supervisor for the projects of a vitest run, which load this file once each. */
import { type Supervisor, startSupervisor } from './supervisor.ts';

interface Shared {
  supervisor: Promise<Supervisor>;
  users: number;
}

/** Joins the run's supervisor, or starts it; the last one to leave closes it. */
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
