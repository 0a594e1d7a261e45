/** A fault proxy for many runs at once, which assigns each request to a run by the name in its path. */
import { cluster, kubeconfigFor } from '../environment/use.ts';
import { type Fault, type SeenRequest, startFaultProxy } from './fault-proxy.ts';

/** A request in a form that is the same in every run of a command. */
export interface Step {
  readonly text: string;
  /** Its number among the requests with the same text, from 0. */
  readonly nth: number;
  /** Resolves once the API server has executed the request. */
  readonly done: Promise<void>;
}

/** Ends the text of a request for another page. How many pages a list of the whole cluster has depends on the other tests. */
export const NEXT_PAGE = ' (next page)';

export interface StepProxy {
  /** The kubeconfig for a run about an object called `name`, and its requests so far. `choose` returns the fault for each. */
  watch(
    name: string,
    choose?: (step: Step) => Fault | undefined,
  ): { readonly kubeconfig: string; readonly steps: Step[] };
  close(): Promise<void>;
}

export async function startStepProxy(): Promise<StepProxy> {
  const watched = new Map<string, (request: SeenRequest) => Fault | undefined>();
  const proxy = await startFaultProxy(cluster(), (request) => watched.get(request.of ?? '')?.(request));
  return {
    watch(name, choose = () => undefined) {
      const steps: Step[] = [];
      watched.set(name, (request) => {
        const text = textOf(request, name);
        const step = { text, nth: steps.filter((one) => one.text === text).length, done: request.done };
        steps.push(step);
        return choose(step);
      });
      return { kubeconfig: kubeconfigFor({ server: `${proxy.server}/of/${name}` }), steps };
    },
    close: () => proxy.close(),
  };
}

function textOf({ method, path }: SeenRequest, name: string): string {
  const [plain = '', query = ''] = path.split('?');
  const what = plain.replace(/^\/apis?\/.*\/namespaces\/[^/]+\//, '').replaceAll(name, 'NAME');
  const isNext = new URLSearchParams(query).has('continue');
  return `${method} ${what}${isNext ? NEXT_PAGE : ''}${query.includes('dryRun') ? ' (dry run)' : ''}`;
}
