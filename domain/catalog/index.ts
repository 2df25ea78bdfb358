/**
 * The catalogue: one file per product. A new product is one file here and one line in `PRODUCTS`; the compiler then
 * asks for the English names of its units and for a price in the simulator's lists.
 */
import { KontorError } from '../errors.js';
import { backup } from './backup.js';
import { endpoint } from './endpoint.js';
import { firewall } from './firewall.js';
import { mailServer } from './mailServer.js';
import { pbx } from './pbx.js';
import type { Aggregation, Product } from './product.js';
import { scanner } from './scanner.js';

export type { Aggregation, Product } from './product.js';

export const PRODUCTS = [mailServer, firewall, scanner, backup, endpoint, pbx] as const satisfies readonly Product[];

export type ProductCode = (typeof PRODUCTS)[number]['code'];
export type MeterCode = (typeof PRODUCTS)[number]['meters'][number]['code'];
/** The meters of some products. */
export type MeterOf<P extends ProductCode> = Extract<(typeof PRODUCTS)[number], { code: P }>['meters'][number]['code'];
export type Unit = (typeof PRODUCTS)[number]['meters'][number]['unit'];

type CatalogueMeter = (typeof PRODUCTS)[number]['meters'][number];

const METERS: readonly CatalogueMeter[] = PRODUCTS.flatMap<CatalogueMeter>(({ meters }) => meters);

const METER_OF: ReadonlyMap<string, CatalogueMeter> = new Map(METERS.map((meter) => [meter.code, meter]));

export const METER_CODES: readonly MeterCode[] = METERS.map(({ code }) => code);

function meterOf(code: string): CatalogueMeter {
  const meter = METER_OF.get(code);
  if (meter === undefined) throw new KontorError('METER_UNKNOWN', `No product counts "${code}".`);
  return meter;
}

/** The unit a meter counts; throws METER_UNKNOWN. */
export function unitOf(meter: string): Unit {
  return meterOf(meter).unit;
}

/** How the meter's counts make a month (rule 2); throws METER_UNKNOWN. */
export function aggregationOf(meter: string): Aggregation {
  return meterOf(meter).aggregation;
}

/** The product of that code, or undefined. */
export function productByCode(code: string): Product | undefined {
  return PRODUCTS.find((product) => product.code === code);
}

/** Compares dotted numeric versions: negative when `a` is older than `b`. `8.10` is newer than `8.9.3`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let i = 0; i < Math.max(left?.length ?? 0, right?.length ?? 0); i += 1) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
