/** Tells the user which folders `-f FOLDER` leaves out without -R. */
import { words } from '../line/command.ts';
import { againWith } from '../line/hint.ts';
import { unreadFolders } from '../manifests/manifest-files.ts';
import { plural } from '../text/enumerate.ts';
import type { Printer } from './printer.ts';

export function sayUnreadFolders(files: readonly string[], printer: Printer): void {
  const unread = unreadFolders(files);
  if (unread.length === 0) return;
  const places = unread.map(({ name, count }) => `${plural(count, 'folder')} in ${name}`);
  printer.say(`not read without -R: ${places.join(', ')}`);
  printer.hint(againWith(words`-R`));
}
