import type { MeterCode } from '../../domain/catalog/index.js';
import { createRandom, type Random } from '../random.js';
import { MSP_PROGRAMME, PRODUCTS_PLAYED, ROUGH_PRICE } from './programme.js';
import { siteName } from './names.js';
import type { WorldLine, WorldSite } from './types.js';

const MEDIAN_PEAK = 40;
const SPREAD = 0.85;
const LARGEST_PEAK = 5_000;
/** From one month to the next, either way. */
const USUAL_CHANGE = 0.05;
/** Enough to move the total by more than 25 %, too little for any line to count as a spike. */
const GROWTH = 1.42;

/** Log-normal around the median: most sites are small, some are very large. */
function peak(random: Random, scale: number): number {
  const drawn = Math.round(MEDIAN_PEAK * scale * Math.exp(SPREAD * random.normal()));
  return Math.min(LARGEST_PEAK, Math.max(1, drawn));
}

function scaleOf(meter: MeterCode): number {
  if (meter === 'scanner.scan') return 4;
  return meter === 'backup.server_agent' ? 0.2 : 1;
}

function lineOf(random: Random, tenantRef: string, meter: MeterCode, share: number, grows: boolean): WorldLine {
  const previous = peak(random, scaleOf(meter) * share);
  const change = 1 + USUAL_CHANGE * (2 * random.next() - 1);
  return { tenantRef, meter, previous, current: Math.max(1, Math.round(previous * (grows ? GROWTH : change))) };
}

export function roughValue(site: WorldSite): number {
  return site.lines.reduce((sum, { meter, previous }) => sum + ROUGH_PRICE[meter] * previous, 0);
}

export interface SitePlace {
  mspIndex: number;
  /** Within its MSP. */
  index: number;
  country: string;
  /** References of the MSP's tenants. */
  tenantRefs: readonly string[];
  grows: boolean;
}

/** An ordinary site; roles change it afterwards. */
export function siteOf(seed: number, { mspIndex, index, country, tenantRefs, grows }: SitePlace): WorldSite {
  const random = createRandom(seed, 'site', mspIndex, index);
  const product = random.pick(PRODUCTS_PLAYED);
  const served = random.chance(0.3) ? random.int(2, 4) : 1;
  const refs = random.shuffled(tenantRefs).slice(0, served).sort();
  const share = refs.length === 1 ? 1 : 0.5;
  const installation = (n: number) => {
    const own = createRandom(seed, 'installation', mspIndex, index, n);
    return { id: own.uuid(), secret: own.bytes(32) };
  };
  return {
    name: siteName(country, index, random),
    product: product.code,
    productVersion: random.pick([product.minimumVersion, '30.2', '99.1.0']),
    programme: MSP_PROGRAMME,
    used: ['previous', 'current'],
    tenantRefs: refs,
    assignments: [],
    time: `${String(random.int(0, 23)).padStart(2, '0')}:${random.pick(['00', '15', '30', '45'])}`,
    role: 'ordinary',
    installations: [installation(0)],
    replacement: null,
    lines: refs.flatMap((ref) => product.meters.map(({ code }) => lineOf(random, ref, code, share, grows))),
    licenceCount: null,
  };
}

/** The installation that takes the same key a second time, or takes over from the first. */
export function secondInstallation(seed: number, mspIndex: number, index: number): WorldSite['installations'][number] {
  const own = createRandom(seed, 'installation', mspIndex, index, 1);
  return { id: own.uuid(), secret: own.bytes(32) };
}
