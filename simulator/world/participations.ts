import { createRandom } from '../random.js';
import { ENDPOINT_PRODUCTS, ENDPOINT_PROGRAMME } from './endpointProgramme.js';
import { MSP_PROGRAMME } from './programme.js';
import type { When, WorldMsp, WorldSite } from './types.js';

/** Of the candidates. */
const IN_BOTH_SHARE = 0.15;
/** Sites that an MSP should have in each of its programmes, for its statements to be worth looking at. */
const SITES_IN_EACH = 2;
/** Of a line; below what is a case in the first month of a site (rule 3). */
const LARGEST_FIRST = 1_000;

const isEndpoint = ({ product }: WorldSite): boolean => ENDPOINT_PRODUCTS.includes(product);

function hasSitesInEach({ sites }: WorldMsp): boolean {
  const inEndpoint = sites.filter(isEndpoint).length;
  return inEndpoint >= SITES_IN_EACH && sites.length - inEndpoint >= SITES_IN_EACH;
}

/** One of each country, then a second of each, and so on. */
function countriesInTurn(msps: readonly WorldMsp[]): WorldMsp[] {
  const seen = new Map<string, number>();
  const ranked = msps.map((msp) => {
    const rank = seen.get(msp.company.country) ?? 0;
    seen.set(msp.company.country, rank + 1);
    return { msp, rank };
  });
  return ranked.toSorted((a, b) => a.rank - b.rank).map(({ msp }) => msp);
}

/** The second programme takes the MSP's sites of its products over. */
function takePartInBoth(msp: WorldMsp): void {
  msp.participations.push({ programme: ENDPOINT_PROGRAMME, joins: 'previous', leaves: null });
  for (const site of msp.sites) if (isEndpoint(site)) site.programme = ENDPOINT_PROGRAMME;
}

function takePartIn(msp: WorldMsp, month: When): void {
  const [joins, leaves] = month === 'current' ? (['current', null] as const) : (['previous', 'previous'] as const);
  msp.participations = [{ programme: MSP_PROGRAMME, joins, leaves }];
  for (const site of msp.sites) site.used = [month];
}

/**
 * Lets some of the candidates take part in both programmes, one join with the second month and one leave with the first.
 * Candidates are ordinary in everything else.
 */
export function assignParticipations(seed: number, candidates: readonly WorldMsp[], distributorCodes: string[]): void {
  const shuffled = createRandom(seed, 'participations').shuffled(candidates);
  const served = shuffled.filter(({ company }) => distributorCodes.includes(company.country));
  const fitting = [...countriesInTurn(served.filter(hasSitesInEach)), ...served.filter((msp) => !hasSitesInEach(msp))];
  const both = fitting.slice(0, Math.max(1, Math.round(IN_BOTH_SHARE * candidates.length)));
  for (const msp of both) takePartInBoth(msp);
  const [joining, leaving] = shuffled.filter(
    (msp) =>
      !both.includes(msp) && msp.sites.every(({ lines }) => lines.every((line) => line.current <= LARGEST_FIRST)),
  );
  if (joining !== undefined) takePartIn(joining, 'current');
  if (leaving !== undefined) takePartIn(leaving, 'previous');
}
