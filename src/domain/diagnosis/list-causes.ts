/** Why there is no login at all for an image. */

import { finding } from '../findings/catalog.ts';
import { isAboutWhole } from '../findings/diagnosed-secret.ts';
import { type Finding, withSeverity } from '../findings/finding.ts';
import { nearMiss } from '../keyring/coverage.ts';
import { shownServer } from '../keyring/display-server.ts';
import { isPullSecretType } from '../keyring/secret.ts';
import { imageServer, serverProblem } from '../keyring/server.ts';
import {
  elsewhereOf,
  findingsInSecret,
  foundIn,
  hiddenOf,
  type ImagePull,
  nearName,
  readable,
  searchIn,
  secretObject,
  stateOf,
  usableSecret,
} from './image-pull.ts';

type Rule = (pull: ImagePull) => Finding | undefined;

export const listRules: readonly Rule[] = [
  hiddenAccountList,
  missingSecret,
  uselessSecret,
  uselessServer,
  otherImages,
  unreadSecrets,
  noEntry,
  noPullSecret,
].map((rule: Rule) => (pull) => (pull.denied && pull.attempt.candidates.length === 0 ? rule(pull) : undefined));

/** What is likely wrong where nobody says whether the image needs a login; undefined where a Secret of the list fits. */
export function suspicionOf(pull: ImagePull): Finding | undefined {
  if (pull.attempt.candidates.length > 0 || pull.attempt.forbidden.length > 0) return undefined;
  return hiddenAccountList(pull) ?? otherImages(pull) ?? noEntry(pull);
}

/** Admission copies the list of the service account only into pods without one, and an entry without a name is one. */
function hiddenAccountList(pull: ImagePull): Finding | undefined {
  const { object, puller, use, applied } = pull;
  const usable = foundIn(hiddenOf(pull));
  if (usable === undefined) return undefined;
  const { account, remedy } = puller;
  if (applied.names.length === 0) return finding('empty-name', object, { account, usable, remedy }, 'error');
  return finding('own-list', object, { image: use.image, own: applied.names, account, usable, remedy });
}

function missingSecret(pull: ImagePull): Finding | undefined {
  for (const name of pull.applied.names) {
    const found = missingFinding(pull, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Undefined for a Secret that is there, or may not be read. */
function missingFinding(pull: ImagePull, name: string): Finding | undefined {
  const state = stateOf(pull, name);
  if (state?.status !== 'missing') return undefined;
  const near = nearName(name, pull);
  const opens = near !== undefined && searchIn([near], pull).search === 'found';
  const elsewhere = elsewhereOf(name, pull);
  return finding('missing-secret', secretObject(pull, name), {
    near,
    remedy: opens ? pull.puller.remedy : undefined,
    elsewhere,
  });
}

function uselessSecret(pull: ImagePull): Finding | undefined {
  return pull.applied.names.flatMap((name) => {
    const state = stateOf(pull, name);
    return state?.status === 'there' ? state.findings.filter(isAboutWhole) : [];
  })[0];
}

/** An entry that is meant for the image, and matches none or others. */
function uselessServer(pull: ImagePull): Finding | undefined {
  for (const { secret, contents } of readable(pull)) {
    const meant = contents.entries.find(({ server }) => isMeantFor(server, pull.use.image));
    const name = secret.metadata.name ?? '';
    const codes = ['opens-nothing', 'unusual-server'] as const;
    const [found] = meant === undefined ? [] : findingsInSecret(pull, name, codes, shownServer(meant.server));
    if (found !== undefined) return withSeverity(found, 'error');
  }
  return undefined;
}

function isMeantFor(server: string, image: string): boolean {
  const proposal = serverProblem(server)?.proposal;
  if (proposal === undefined) return false;
  const registry = imageServer(image);
  const bare = (proposal.split('/', 1)[0] ?? '').split(':', 1)[0] ?? '';
  return proposal === registry || proposal.startsWith(`${registry}/`) || bare === registry.split(':', 1)[0];
}

function otherImages(pull: ImagePull): Finding | undefined {
  for (const { secret, contents } of readable(pull)) {
    if (!isPullSecretType(contents.type)) continue;
    for (const { server } of contents.entries) {
      const difference = nearMiss(server, pull.use.image);
      if (difference === undefined) continue;
      const { image } = pull.use;
      const args = { server: shownServer(server), image, difference, proposal: imageServer(image) };
      return finding('other-images', secretObject(pull, secret.metadata.name ?? ''), args);
    }
  }
  return undefined;
}

function unreadSecrets({ object, use: { image }, applied, attempt, pullError }: ImagePull): Finding | undefined {
  if (attempt.forbidden.length === 0) return undefined;
  const sent = pullError === 'no credential' ? 'nothing' : pullError === 'refused' ? 'a login' : 'unknown';
  return finding('unread-secrets', object, { image, secrets: applied.names, sent });
}

function noEntry(pull: ImagePull): Finding | undefined {
  const { object, puller, use, applied } = pull;
  if (applied.names.length === 0) return undefined;
  const usable = foundIn(usableSecret(pull));
  const servers = readable(pull).flatMap(({ contents }) => contents.entries.map(({ server }) => shownServer(server)));
  return finding('no-entry', object, {
    image: use.image,
    secrets: applied.names,
    servers: [...new Set(servers)],
    remedy: puller.remedy,
    usable,
  });
}

function noPullSecret(pull: ImagePull): Finding | undefined {
  const { object, puller, use } = pull;
  const usable = foundIn(usableSecret(pull));
  return finding('no-pull-secret', object, {
    image: use.image,
    remedy: puller.remedy,
    usable,
  });
}
