/** Makes the command of a change that is proposed, and keeps the change with it as data. */
import { type Command, command, type Deed, eachWith, flagWords, words } from './command.ts';
import { isNamespaceName, nameWord, scope } from './object-name.ts';

/** The one place where the words of a change are chosen. */
export function lineOf(deed: Deed): Command {
  return { ...wordsOf(deed), does: deed };
}

function wordsOf(deed: Deed): Command {
  switch (deed.do) {
    case 'create': {
      const { secret, namespace, servers, username, passwordStdin, attach, flags = [] } = deed;
      const name = secret === undefined ? undefined : nameWord(secret);
      const user = username === undefined ? undefined : words`--username ${username}`;
      const login = command`${user} ${flagWords(passwordStdin ? ['--password-stdin'] : [])}`;
      const made = command`regsecret create ${name} ${scope(namespace)} ${eachWith('--server', servers)} ${login}`;
      return command`${made} ${eachWith('--attach', attach)} ${flagWords(flags)}`;
    }
    case 'attach':
    case 'detach': {
      const { secret, namespace, account, workloads } = deed;
      const name = secret === undefined ? 'SECRET' : nameWord(secret);
      const ofAccount = account === undefined ? undefined : words`--serviceaccount ${nameWord(account)}`;
      const ofWorkloads = eachWith(deed.do === 'attach' ? '--to' : '--from', workloads);
      return command`regsecret ${deed.do} ${name} ${scope(namespace)} ${ofAccount} ${ofWorkloads}`;
    }
    case 'remove':
      return command`regsecret remove ${nameWord(deed.secret)} ${scope(deed.namespace)} ${eachWith('--server', deed.servers)}`;
    case 'set image': {
      const pair = words`${deed.container}=${deed.image}`;
      return command`kubectl set image ${deed.target} ${pair} ${scope(deed.namespace)}`;
    }
    case 'undo':
      return command`kubectl rollout undo ${deed.target} ${scope(deed.namespace)}`;
    case 'inspect':
      return command`regsecret inspect ${nameWord(deed.secret)} ${scope(deed.namespace)}`;
    case 'preview': {
      const to = deed.to.every(isNamespaceName) ? deed.to.join(',') : { refused: '' };
      return command`regsecret sync ${nameWord(deed.secret)} ${scope(deed.namespace)} --to ${to} --dry-run=client`;
    }
  }
}
