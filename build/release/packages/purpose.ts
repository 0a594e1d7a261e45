/** What the program is for, in the words in which package managers show it. */

/** For a line of a list: no full stop, and not the name, which stands beside it. */
export const SUMMARY = 'Kubernetes image-pull secrets, from your login to the running pod';

/** Some sentences, in lines of up to 76 characters. */
export const PURPOSE = [
  'Makes pull secrets from the docker and podman logins of this machine,',
  'attaches them to service accounts and workloads, says why an image cannot',
  'be pulled and which command fixes it, and keeps the pull secrets of many',
  'namespaces in sync.',
];
