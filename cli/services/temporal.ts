import { join } from 'node:path';
import type { Env } from '../../config/env.js';
import { findTemporalBinary, startTemporal } from '../../embedded/index.js';
import { cacheDirFor } from '../paths.js';
import type { PartOptions } from './partOptions.js';

export interface TemporalPart {
  /** Variables that lead to it, but never a key that was configured: it is not ours to keep. */
  env: { TEMPORAL_ADDRESS?: string; TEMPORAL_TLS?: string; TEMPORAL_API_KEY?: string };
  uiUrl: string | null;
  stop(): Promise<void>;
}

const PORT = 7233;
const UI_PORT = 8233;

/** The Temporal service the configuration names, or the development server, over a file in `dataDir` unless it is fleeting. */
export async function startTemporalPart(
  env: Env,
  { dataDir, fleeting, say, died }: PartOptions,
): Promise<TemporalPart> {
  if (env.TEMPORAL_ADDRESS !== undefined) {
    return { env: { TEMPORAL_ADDRESS: env.TEMPORAL_ADDRESS }, uiUrl: null, stop: () => Promise.resolve() };
  }
  const binary = await findTemporalBinary({
    cacheDir: await cacheDirFor(dataDir),
    log: say,
    ...(env.TEMPORAL_CLI === undefined ? {} : { explicit: env.TEMPORAL_CLI }),
  });
  let running = false;
  const temporal = await startTemporal({
    binary,
    dataDir: join(dataDir, 'temporal'),
    inMemory: fleeting,
    logFile: join(dataDir, 'logs', 'temporal.log'),
    port: PORT,
    uiPort: UI_PORT,
    namespace: env.TEMPORAL_NAMESPACE,
    log: (line) => {
      if (running) died(line);
      else say(line);
    },
  });
  running = true;
  return {
    // Credentials meant for a real service would keep our processes from the embedded one.
    env: { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_TLS: '', TEMPORAL_API_KEY: '' },
    uiUrl: temporal.uiUrl,
    stop: () => temporal.stop(),
  };
}
