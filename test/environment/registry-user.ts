/** Users of a test registry and their rights. */

export interface RegistryUser {
  username: string;
  password: string;
  /** Repositories to pull from and push to, as names or patterns such as `janedoe/*`. */
  repositories?: readonly string[];
}

/** One right, as a registry token carries it. */
export interface Access {
  type: string;
  name: string;
  actions: string[];
}

/** Parses scopes such as `repository:janedoe/app:pull,push`. A parameter may hold several, separated by spaces. */
export function parseScopes(parameters: readonly string[]): Access[] {
  const scopes = parameters.flatMap((parameter) => parameter.split(' ')).filter(Boolean);
  return scopes.map((scope) => {
    const [type = '', ...rest] = scope.split(':');
    const actions = rest.pop() ?? '';
    return { type, name: rest.join(':'), actions: actions.split(',').filter(Boolean) };
  });
}

/** The part of the requested access that a user gets: their own repositories, and pulls from public ones. */
export function grantedAccess(
  wanted: readonly Access[],
  user: RegistryUser | undefined,
  publicRepositories: readonly string[],
): Access[] {
  return wanted.flatMap(({ type, name, actions }) => {
    if (type !== 'repository') return [];
    const own = matches(user?.repositories ?? [], name);
    const open = matches(publicRepositories, name);
    const granted = actions.filter((action) => own || (open && action === 'pull'));
    return granted.length > 0 ? [{ type, name, actions: granted }] : [];
  });
}

function matches(patterns: readonly string[], name: string): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}
