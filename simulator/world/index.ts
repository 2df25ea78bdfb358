/**
 * The world the simulator plays: who there is, what they use, and every defect that reconciliation has to find, all of
 * it from one seed. Pure: the same options give the same world, and what is in it is known exactly.
 */
import { parsePeriod, previousPeriod } from '../../domain/period.js';
import { createRandom } from '../random.js';
import { tenantName, tenantRef } from './names.js';
import { DISTRIBUTORS } from './distributors.js';
import { endpointProgramme } from './endpointProgramme.js';
import { assignParticipations } from './participations.js';
import { MSP_PROGRAMME, mspProgramme } from './programme.js';
import { assignRoles } from './roles.js';
import { asDuplicate, signUpOf } from './signUps.js';
import { roughValue, siteOf } from './sites.js';
import type { World, WorldMsp, WorldOptions } from './types.js';
import { nestTenants } from './units.js';

export type {
  When,
  World,
  WorldInstallation,
  WorldMsp,
  WorldOptions,
  WorldParticipation,
  WorldProgramme,
  WorldSite,
} from './types.js';
export { checkInsOf, clockOffsetMs, lateReportOf, reportOf, revokedAt } from './usage.js';

const BIG_SHARE = 0.05;
/** Above 1, so that MSPs differ in size; the big one stays the biggest. */
const SKEW = 1.6;
const GROWING = 2;
/** For its total to move with its usage, an MSP must be well above any monthly minimum. */
const GROWING_VALUE = 200;
const DUPLICATE = 8;
const UNKNOWN_KEYS_SHARE = 0.0075;
/** Every so many-th MSP has units below its tenants. */
const NESTED_EVERY = 4;

/** Sites per MSP: 5 % for the first, none for the last, one (that counts zero) for the one before it. */
function siteCounts({ seed, msps, sites }: WorldOptions): number[] {
  const counts = Array.from({ length: msps }, () => 1);
  const others = msps - 3;
  const big = Math.max(1, Math.round(sites * BIG_SHARE));
  counts[0] = big;
  counts[msps - 1] = 0;
  let left = sites - big - 1 - others;
  const largest = Math.max(big - 1, Math.ceil((SKEW * (sites - big - 1)) / others));
  const random = createRandom(seed, 'site-counts');
  while (left > 0) {
    const index = 1 + Math.floor(others * random.next() ** SKEW);
    const count = counts[index] ?? 0;
    if (count >= largest) continue;
    counts[index] = count + 1;
    left -= 1;
  }
  return counts;
}

function mspOf(seed: number, index: number, sites: number, grows: boolean): WorldMsp {
  const random = createRandom(seed, 'msp', index);
  const signUp = signUpOf(seed, index);
  const tenants = Array.from({ length: Math.min(40, random.int(1, 3) + Math.floor(sites / 4)) }, (_, n) => ({
    ref: tenantRef(n),
    name: tenantName(n, random),
  }));
  const place = { mspIndex: index, country: signUp.company.country, tenantRefs: tenants.map(({ ref }) => ref), grows };
  return {
    ...signUp,
    participations: [{ programme: MSP_PROGRAMME, joins: 'previous', leaves: null }],
    tenants,
    grows,
    sites: Array.from({ length: sites }, (_, n) => siteOf(seed, { ...place, index: n })),
  };
}

/** Which MSPs grow: in euro, with enough sites and value that nothing else moves their totals. */
function growing(seed: number, msps: readonly WorldMsp[]): Set<number> {
  const able = msps.flatMap((msp, index) => {
    const worth = msp.sites.reduce((sum, site) => sum + roughValue(site), 0);
    return index > 0 && ['IT', 'DE'].includes(msp.company.country) && worth >= GROWING_VALUE ? [index] : [];
  });
  return new Set(createRandom(seed, 'growing').shuffled(able).slice(0, GROWING));
}

function makeZero({ sites: [site] }: WorldMsp): void {
  if (site === undefined) return;
  site.role = 'zero';
  for (const line of site.lines) [line.previous, line.current] = [0, 0];
}

/** Throws RangeError for fewer than five MSPs, or fewer sites than MSPs. */
export function buildWorld(options: WorldOptions): World {
  const { seed, msps: count, sites } = options;
  if (count < 5 || sites < count) throw new RangeError('A world has at least five MSPs and as many sites as MSPs.');
  const period = parsePeriod(options.period);
  const counts = siteCounts(options);
  const still = counts.map((siteCount, index) => mspOf(seed, index, siteCount, false));
  const zero = still[count - 2];
  if (zero !== undefined) makeZero(zero);
  const grows = growing(seed, still);
  const msps = still.map((msp, index) => (grows.has(index) ? mspOf(seed, index, counts[index] ?? 0, true) : msp));
  const [first, duplicate] = [msps[0], msps[DUPLICATE]];
  if (first !== undefined && duplicate !== undefined)
    msps[DUPLICATE] = { ...duplicate, ...asDuplicate(duplicate, first) };
  for (const [index, msp] of msps.entries()) if (index % NESTED_EVERY === 1) nestTenants(msp);
  const previous = previousPeriod(period);
  const endpoint = endpointProgramme(previous);
  const candidates = msps.filter((msp, index) => index > 0 && index < count - 2 && index !== DUPLICATE && !msp.grows);
  assignParticipations(seed, candidates, endpoint.distributorCodes);
  assignRoles(seed, msps);
  const unknown = createRandom(seed, 'unknown-keys');
  return {
    seed,
    period,
    previous,
    programmes: [mspProgramme(previous), endpoint],
    distributors: DISTRIBUTORS,
    msps,
    rejected: signUpOf(seed, count),
    expired: signUpOf(seed, count + 1),
    unknownKeys: Array.from({ length: Math.max(1, Math.round(sites * UNKNOWN_KEYS_SHARE)) }, () => unknown.bytes(32)),
  };
}
