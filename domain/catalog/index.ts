/**
 * The catalogue: one file per product. A new product is one file here and one line in `PRODUCTS`; the compiler then
 * asks every locale for the names of its units.
 */
import { fieldError } from '../errors.js';
import { backup } from './backup.js';
import { endpoint } from './endpoint.js';
import { firewall } from './firewall.js';
import { mailServer } from './mailServer.js';
import type { Product } from './product.js';
import { scanner } from './scanner.js';

export type { Product } from './product.js';

export const PRODUCTS = [mailServer, firewall, scanner, backup, endpoint] as const satisfies readonly Product[];

export type ProductCode = (typeof PRODUCTS)[number]['code'];
export type MeterCode = (typeof PRODUCTS)[number]['meters'][number]['code'];
export type Unit = (typeof PRODUCTS)[number]['meters'][number]['unit'];

const UNIT_OF: ReadonlyMap<string, Unit> = new Map(
  PRODUCTS.flatMap((product) => product.meters.map((meter): [string, Unit] => [meter.code, meter.unit])),
);

export const METER_CODES: readonly MeterCode[] = [...UNIT_OF.keys()] as MeterCode[];

/** The unit a meter counts; throws METER_UNKNOWN. */
export function unitOf(meter: string): Unit {
  const unit = UNIT_OF.get(meter);
  if (unit === undefined) throw fieldError('METER_UNKNOWN', 'meter', `No product counts "${meter}".`);
  return unit;
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
