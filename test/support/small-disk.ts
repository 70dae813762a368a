/** A file system of its own, so small that it can be filled: a memory file system, where this process may mount one. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PIECE = Buffer.alloc(4096);

export class SmallDisk {
  private constructor(readonly path: string) {}

  /** Undefined, and a line that says why, where nothing may be mounted. */
  static mount(megabytes: number): SmallDisk | undefined {
    const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path]);
    if (status === 0) return new SmallDisk(path);
    rmdirSync(path);
    process.stderr.write(
      `tests of a full disk are skipped: no file system can be mounted here (${stderr})\n`,
    );
    return undefined;
  }

  /** Takes all the room there is. */
  fill(): void {
    const file = openSync(join(this.path, 'filler'), 'a');
    try {
      for (;;) writeSync(file, PIECE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  /** Gives the room back. */
  free(): void {
    rmSync(join(this.path, 'filler'), { force: true });
  }

  /** When nobody uses it any more. */
  unmount(): void {
    const { status, stderr } = spawnSync('umount', [this.path]);
    if (status !== 0) throw new Error(`${this.path} is still in use: ${stderr}`);
    rmdirSync(this.path);
  }
}
