import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, chmod, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EmbeddedError, messageOf } from './errors.js';
import { TEMPORAL_SOURCES, type TemporalSource } from './temporalSources.js';

export type TemporalBinaryOptions = {
  /** Kept between runs; several processes may fill it at once. */
  cacheDir: string;
  /** The value of TEMPORAL_CLI: taken as it is, and an error if it cannot be executed. */
  explicit?: string;
  /** Told in one line each when something is fetched, because that takes seconds. */
  log?: (line: string) => void;
};

const VERSION = '1.9.1';
/** Of the uncompressed binary of VERSION; whoever delivers it, nothing else is executed. */
const SHA256: Record<string, string> = {
  'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
  'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
};

/**
 * The absolute path of Temporal's CLI, which contains the development server. In this order: `explicit`; `temporal` on
 * PATH, from version 1; `cacheDir`; a download into `cacheDir` of the pinned version, checked against its SHA-256.
 *
 * @throws EmbeddedError TEMPORAL_BINARY_MISSING saying what to install and why each source failed
 */
export async function findTemporalBinary(opts: TemporalBinaryOptions): Promise<string> {
  if (opts.explicit !== undefined && opts.explicit !== '') {
    const explicit = resolve(opts.explicit);
    if (await isExecutable(explicit)) return explicit;
    throw new EmbeddedError('TEMPORAL_BINARY_MISSING', `TEMPORAL_CLI names ${explicit}, which cannot be executed.`);
  }
  const installed = onPath();
  if (installed !== null) return installed;
  const platform = `${process.platform}-${process.arch}`;
  const cached = join(resolve(opts.cacheDir), `temporal-${VERSION}-${platform}`);
  if (await isExecutable(cached)) return cached;

  const expected = SHA256[platform];
  const failures = expected === undefined ? [`nothing is pinned for ${platform}`] : [];
  if (expected !== undefined) {
    await mkdir(opts.cacheDir, { recursive: true });
    for (const source of TEMPORAL_SOURCES) {
      opts.log?.(`Fetching the Temporal server ${VERSION} from ${source.name}.`);
      try {
        await fetchInto(cached, source, expected);
        return cached;
      } catch (error) {
        failures.push(`${source.name}: ${firstLine(messageOf(error))}`);
      }
    }
  }
  throw new EmbeddedError(
    'TEMPORAL_BINARY_MISSING',
    `No Temporal server. Install Temporal's CLI (temporal, version ${VERSION}) or set TEMPORAL_CLI to its path; or set ` +
      `TEMPORAL_ADDRESS to a running server. Tried: ${failures.join('; ')}.`,
  );
}

/** Unpacks beside the target and renames, so that nobody ever executes half a file. */
async function fetchInto(target: string, source: TemporalSource, sha256: string): Promise<void> {
  const folder = await mkdtemp(`${target}.${randomUUID().slice(0, 8)}-`);
  try {
    const binary = await source.fetchInto(folder, VERSION);
    const hash = createHash('sha256');
    await pipeline(createReadStream(binary), hash);
    if (hash.digest('hex') !== sha256) throw new Error(`not the published ${VERSION}: its SHA-256 differs`);
    await chmod(binary, 0o755);
    await rename(binary, target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The shell looks it up, so that PATH is read in one place only: by the system. */
function onPath(): string | null {
  const found = spawnSync('/bin/sh', ['-c', 'command -v temporal && temporal --version'], { encoding: 'utf8' });
  const [path, version] = found.stdout.split('\n');
  const major = /version v?(\d+)\./.exec(version ?? '')?.[1];
  return found.status === 0 && path?.startsWith('/') === true && Number(major) >= 1 ? path : null;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function firstLine(message: string): string {
  return message.split('\n').find((line) => line.trim() !== '') ?? message;
}
