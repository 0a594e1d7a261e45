/** The purpose of the program, in the texts that package managers show. */

/** One line for lists, without a full stop and without the name, which lists show beside it. */
export const SUMMARY = 'Kubernetes image pull secrets, from your login to the running pod';

/** A longer description, in lines of up to 76 characters. */
export const PURPOSE = [
  'Makes pull secrets from the docker and podman logins of this machine,',
  'attaches them to service accounts and workloads, says why an image cannot',
  'be pulled and which command fixes it, and keeps the pull secrets of many',
  'namespaces in sync.',
];
