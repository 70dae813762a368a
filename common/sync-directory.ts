import { open } from 'node:fs/promises';

/** A new or removed name is durable only when its directory is. */
export async function syncDirectory(directory: string): Promise<void> {
  // Windows cannot open a directory; its file system keeps names by itself
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
