/** How a command is found on Windows; Go's os/exec does the same. */
import { describe, expect, test } from 'vitest';
import { lookPath } from '../../src/system/look-path.ts';

type Row = readonly [
  situation: string,
  command: string,
  env: Readonly<Record<string, string>>,
  path: string | undefined,
];

const PATH = 'C:\\one;C:\\two';
/** The default value on Windows. */
const PATHEXT = '.COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC';

describe('on Windows', () => {
  const FILES = [
    'C:\\one\\docker-credential-gcloud',
    'C:\\one\\docker-credential-gcloud.cmd',
    'C:\\two\\docker-credential-desktop.exe',
    'C:\\two\\both.cmd',
    'C:\\one\\both.bat',
    'C:\\two\\both.exe',
    'C:\\one\\same.cmd',
    'C:\\one\\same.exe',
    'C:\\one\\kubelogin-1.2.cmd',
    'C:\\one\\odd.bat.exe',
    'C:\\one\\script.ps1',
    'C:\\a;b\\inside.exe',
    '\\\\server\\tools\\shared.cmd',
    'bin\\relative.exe',
    '\\rooted\\rooted.exe',
    'C:\\plugins\\login.cmd',
  ].map((path) => path.toLowerCase());
  const machine = { system: 'win32', isProgram: (path: string) => FILES.includes(path.toLowerCase()) } as const;

  test.each<Row>([
    [
      'a helper that is a batch file',
      'docker-credential-gcloud',
      { PATH, PATHEXT },
      'C:\\one\\docker-credential-gcloud.cmd',
    ],
    [
      'a helper that is a program',
      'docker-credential-desktop',
      { PATH, PATHEXT },
      'C:\\two\\docker-credential-desktop.exe',
    ],
    ['without PATHEXT', 'docker-credential-gcloud', { PATH }, 'C:\\one\\docker-credential-gcloud.cmd'],
    ['an empty PATHEXT', 'docker-credential-gcloud', { PATH, PATHEXT: '' }, 'C:\\one\\docker-credential-gcloud.cmd'],
    ['a PATHEXT without batch files', 'docker-credential-gcloud', { PATH, PATHEXT: '.EXE' }, undefined],
    [
      'a PATHEXT without dots',
      'docker-credential-gcloud',
      { PATH, PATHEXT: 'exe;;CMD' },
      'C:\\one\\docker-credential-gcloud.cmd',
    ],
    [
      'Path, as Windows calls it',
      'docker-credential-gcloud',
      { Path: PATH, PathExt: '.cmd' },
      'C:\\one\\docker-credential-gcloud.cmd',
    ],
    ['the first folder comes before the first ending', 'both', { PATH, PATHEXT }, 'C:\\one\\both.bat'],
    ['the first ending of a folder', 'same', { PATH, PATHEXT }, 'C:\\one\\same.exe'],
    ['the first ending, in another order', 'same', { PATH, PATHEXT: '.CMD;.EXE' }, 'C:\\one\\same.cmd'],
    ['the ending is said', 'same.cmd', { PATH, PATHEXT }, 'C:\\one\\same.cmd'],
    ['the ending is said in capitals', 'SAME.CMD', { PATH, PATHEXT }, 'C:\\one\\SAME.CMD'],
    ['a dot in the name is no ending', 'kubelogin-1.2', { PATH, PATHEXT }, 'C:\\one\\kubelogin-1.2.cmd'],
    ['two endings', 'odd.bat', { PATH, PATHEXT }, 'C:\\one\\odd.bat.exe'],
    ['an ending that is not in PATHEXT, left out', 'script', { PATH, PATHEXT }, undefined],
    ['an ending that is not in PATHEXT, said', 'script.ps1', { PATH, PATHEXT }, 'C:\\one\\script.ps1'],
    ['a folder in quotes', 'inside', { PATH: 'C:\\x;"C:\\a;b";C:\\one', PATHEXT }, 'C:\\a;b\\inside.exe'],
    ['a folder of another machine', 'shared', { PATH: '\\\\server\\tools', PATHEXT }, '\\\\server\\tools\\shared.cmd'],
    ['a relative folder is passed over', 'relative', { PATH: 'bin;;.', PATHEXT }, undefined],
    ['so is one of the current drive', 'rooted', { PATH: '\\rooted;C:rooted', PATHEXT }, undefined],
    ['a path', 'C:\\plugins\\login.cmd', { PATH, PATHEXT }, 'C:\\plugins\\login.cmd'],
    ['a path without its ending', 'C:\\plugins\\login', { PATH: '', PATHEXT }, 'C:\\plugins\\login.cmd'],
    ['a path that is not there', 'C:\\plugins\\other', { PATH, PATHEXT }, undefined],
    ['nothing of that name', 'nobody', { PATH, PATHEXT }, undefined],
    ['no PATH', 'both', { PATHEXT }, undefined],
  ])('%s', (_, command, env, path) => {
    expect(lookPath(command, env, machine)).toBe(path);
  });
});

describe('elsewhere', () => {
  const machine = { system: 'linux', isProgram: (path: string) => /^(\/one|\.)\/tool(\.cmd)?$/.test(path) } as const;

  test.each<Row>([
    ['the name is the whole name', 'tool', { PATH: '/one', PATHEXT: '.CMD' }, '/one/tool'],
    ['a path stays as it is, for without its folder it would be a name', './tool', { PATH: '' }, './tool'],
    ['a path that is not there', './nobody', { PATH: '/one' }, undefined],
  ])('%s', (_, command, env, path) => {
    expect(lookPath(command, env, machine)).toBe(path);
  });
});
