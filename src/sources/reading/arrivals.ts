import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { AfferentError } from '../../../schema/errors.ts';
import type { Arrival } from '../../../schema/source.ts';
import { MAX_FOLDER_DEPTH } from './limits.ts';

export interface ArrivalShape {
  /** Whether a folder with these names directly inside it is an export by itself. */
  isExport(names: string[]): boolean;
  /** Whether such a folder is taken with all that lies below it, or only with its own files. */
  deep: boolean;
}

/**
 * Arrivals at a path, sorted. Every file that is not hidden belongs to one: what no kind reads is then
 * accounted for as not used. Symbolic links inside are not followed and stand as arrivals that cannot be read.
 * Throws `bad-path` where something is there but may not be read.
 */
export async function findArrivals(path: string, shape: ArrivalShape): Promise<Arrival[]> {
  const found: Arrival[] = [];
  let root: string;
  try {
    root = await realpath(resolve(path));
  } catch (thrown) {
    if (isMissing(thrown)) return found;
    throw new AfferentError('bad-path');
  }
  try {
    const stats = await lstat(root);
    if (stats.isDirectory()) await walk(root, shape, found, 0);
    else found.push({ path: root, form: await formOf(root) });
  } catch (thrown) {
    throw thrown instanceof AfferentError ? thrown : new AfferentError('bad-path');
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Files below a folder but zips directly in it, with names relative to it (`/` between), sorted; links are marked. */
export async function filesBelow(folder: string, deep: boolean): Promise<{ name: string; path: string; link: boolean }[]> {
  const found: { name: string; path: string; link: boolean }[] = [];
  const visit = async (at: string, prefix: string, depth: number): Promise<void> => {
    for (const item of await readdir(at, { withFileTypes: true })) {
      const name = `${prefix}${item.name}`;
      const path = join(at, item.name);
      if (isHidden(item.name)) continue;
      if (item.isDirectory() && deep && depth < MAX_FOLDER_DEPTH) await visit(path, `${name}/`, depth + 1);
      else if (item.isFile() && (depth > 0 || !isZipName(item.name))) found.push({ name, path, link: false });
      else if (item.isSymbolicLink()) found.push({ name, path, link: true });
    }
  };
  await visit(folder, '', 0);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function walk(folder: string, shape: ArrivalShape, found: Arrival[], depth: number): Promise<void> {
  const items = (await readdir(folder, { withFileTypes: true })).filter((item) => !isHidden(item.name));
  const isExport = shape.isExport(items.map((item) => item.name));
  if (isExport) found.push({ path: folder, form: 'folder' });
  for (const item of items) {
    const path = join(folder, item.name);
    if (item.isDirectory()) {
      if (depth < MAX_FOLDER_DEPTH && !(isExport && shape.deep)) await walk(path, shape, found, depth + 1);
    } else if (item.isFile()) {
      // An export owns its plain files; zips beside them are exports of their own.
      if (!isExport || isZipName(item.name)) found.push({ path, form: await formOf(path) });
    } else if (item.isSymbolicLink() && !isExport) found.push({ path, form: 'file' });
  }
}

async function formOf(path: string): Promise<'file' | 'zip'> {
  if (isZipName(path)) return 'zip';
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const magic = bytesRead === 4 ? buffer.readUInt32LE(0) : 0;
    return magic === 0x04034b50 || magic === 0x06054b50 ? 'zip' : 'file';
  } finally {
    await file.close();
  }
}

/** Whether a path inside `folder` stays there once links are resolved. */
export async function staysInside(folder: string, path: string): Promise<boolean> {
  try {
    const target = await realpath(path);
    return target.startsWith((await realpath(folder)) + sep);
  } catch {
    return false;
  }
}

function isZipName(name: string): boolean {
  return name.toLowerCase().endsWith('.zip');
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR');
}
