/** A Redis server as a process of its own on a free port, with its files in a folder; to be killed, frozen and set back. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './ports.js';

const DATABASES = 64;
/** where Redis 7 keeps its append-only files, below its folder */
const APPENDED = 'appendonlydir';

/** Whether there is a `redis-server` on PATH. */
export function redisInstalled(): boolean {
  return spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;
}

export class RedisServer {
  #process: ChildProcess | undefined;

  readonly #abandoned = () => void this.#process?.kill('SIGKILL');

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly appendOnly: boolean,
  ) {}

  /** @param appendOnly it keeps a file of what it did (flushed every second) and starts with that */
  static async start(folder: string, { appendOnly }: { appendOnly: boolean }): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), folder, appendOnly);
    await server.start();
    return server;
  }

  url(database: number): string {
    return `redis://127.0.0.1:${this.port}/${database}`;
  }

  /** Starts it on the same port; resolves when it accepts connections. */
  async start(): Promise<void> {
    const options = {
      port: this.port,
      bind: '127.0.0.1',
      databases: DATABASES,
      save: '',
      appendonly: this.appendOnly ? 'yes' : 'no',
      appendfsync: 'everysec',
      dir: this.folder,
    };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const server = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
      server.stdout.on('data', (lines: Buffer) => {
        if (lines.includes('Ready to accept connections')) resolve();
      });
    });
    this.#process = server;
    // Unlike the processes of the system it does not notice when we are gone.
    process.once('exit', this.#abandoned);
  }

  /** kill -9 */
  async stop(): Promise<void> {
    const stopping = this.#process;
    this.#process = undefined;
    process.off('exit', this.#abandoned);
    if (stopping === undefined || stopping.exitCode !== null || stopping.signalCode !== null) return;
    const gone = once(stopping, 'exit');
    stopping.kill('SIGKILL');
    await gone;
  }

  /** It stops answering without closing connections. */
  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  /** While it is stopped: keeps a copy of its files in another folder. */
  keepCopy(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(this.folder, APPENDED), folder, { recursive: true });
  }

  /** While it is stopped: its files are those of the copy again. */
  setBack(folder: string): void {
    this.forget();
    cpSync(folder, join(this.folder, APPENDED), { recursive: true });
  }

  /** While it is stopped: the last bytes of what it did were never written. */
  loseTail(bytes: number): void {
    const directory = join(this.folder, APPENDED);
    const newest = readdirSync(directory)
      .filter((name) => name.endsWith('.incr.aof'))
      .sort((a, b) => statSync(join(directory, a)).mtimeMs - statSync(join(directory, b)).mtimeMs)
      .at(-1);
    if (newest === undefined) return;
    const path = join(directory, newest);
    truncateSync(path, Math.max(0, statSync(path).size - bytes));
  }

  /** While it is stopped: it has no files. */
  forget(): void {
    const directory = join(this.folder, APPENDED);
    if (existsSync(directory)) rmSync(directory, { recursive: true });
  }
}
