import { KontorError } from '../domain/errors.js';
import type { Day } from '../domain/period.js';
import type { ExchangeRate } from '../domain/pricing/pricePlan.js';
import { ecbXml } from './ecbXml.js';

/** The European Central Bank's own feed. */
export interface RateFeed {
  /** Every rate published since `day`, that day included; at least those of the last day. */
  since(day: Day): Promise<ExchangeRate[]>;
}

/** The whole history has some eight million bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
const DAY_MS = 86_400_000;

/** The bank's files, by how many days before the last one they reach back; some days are spared for holidays. */
const DAILY = { file: 'eurofxref-daily.xml', days: 1 };
const LATEST = { file: 'eurofxref-hist-90d.xml', days: 80 };
const ALL = { file: 'eurofxref-hist.xml', days: Infinity };

/**
 * Reads the bank's files under `address`, such as https://www.ecb.europa.eu/stats/eurofxref: the day's, and where that leaves a
 * gap the ninety days' or the whole history. Follows no redirects.
 *
 * @throws KontorError RATE_SOURCE_UNAVAILABLE where a file is not given or cannot be read
 */
export function ecbFeed(address: string): RateFeed {
  const read = async ({ file }: { file: string }) => {
    const url = `${address.replace(/\/$/, '')}/${file}`;
    const text = await get(url);
    try {
      return ecbXml(text);
    } catch (error) {
      throw new KontorError('RATE_SOURCE_UNAVAILABLE', `${url} gives no rates: ${String(error)}`);
    }
  };
  return {
    since: async (day) => {
      const daily = await read(DAILY);
      const last =
        daily
          .map((rate) => rate.day)
          .sort()
          .at(-1) ?? '';
      const gapDays = (Date.parse(last) - Date.parse(day)) / DAY_MS;
      if (gapDays <= DAILY.days) return daily;
      const history = await read(gapDays <= LATEST.days ? LATEST : ALL);
      return [...daily, ...history.filter((rate) => rate.day < last && rate.day >= day)];
    },
  };
}

async function get(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok || answer.body === null) throw new Error(`status ${answer.status}`);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new KontorError('RATE_SOURCE_UNAVAILABLE', `${url} gives no rates: ${why}`);
  }
}
