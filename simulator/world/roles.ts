import { createRandom } from '../random.js';
import { roughValue, secondInstallation } from './sites.js';
import type { SiteRole, WorldMsp, WorldSite } from './types.js';

interface RolePlan {
  role: SiteRole;
  /** Of all sites; at least one site has the role. */
  share: number;
  /** By how much of its own value the site moves its MSP's total: kept small, or every defect would move a total. */
  impact: number;
  fits: (site: WorldSite) => boolean;
}

const firstPeak = ({ lines }: WorldSite): number => lines[0]?.current ?? 0;
const always = (): boolean => true;

/** In this order, rare and demanding ones first. */
const PLANS: readonly RolePlan[] = [
  { role: 'twoInstallations', share: 0.005, impact: 0.5, fits: (site) => firstPeak(site) >= 10 },
  { role: 'drop', share: 0.0075, impact: 0.65, fits: (site) => site.lines.every(({ previous }) => previous >= 30) },
  { role: 'spike', share: 0.0075, impact: 1.2, fits: (site) => site.lines.every(({ previous }) => previous >= 15) },
  { role: 'replaced', share: 0.0025, impact: 0, fits: always },
  // Whole: people may waive it.
  { role: 'revoked', share: 0.0025, impact: 1, fits: (site) => firstPeak(site) >= 20 },
  { role: 'unassignedTenant', share: 0.0075, impact: 0.3, fits: (site) => firstPeak(site) >= 10 },
  { role: 'overLicence', share: 0.0075, impact: 0, fits: (site) => firstPeak(site) >= 20 },
  { role: 'withinLicence', share: 0.0025, impact: 0, fits: (site) => firstPeak(site) >= 10 },
  { role: 'underReported', share: 0.0125, impact: 0.1, fits: (site) => firstPeak(site) >= 20 },
  { role: 'overReported', share: 0.0075, impact: 0.3, fits: (site) => firstPeak(site) >= 20 },
  { role: 'nearlyRight', share: 0.0125, impact: 0, fits: (site) => firstPeak(site) >= 5 },
  { role: 'clockOff', share: 0.005, impact: 0, fits: always },
  { role: 'silent', share: 0.0125, impact: 0.05, fits: always },
  { role: 'mute', share: 0.0075, impact: 0.05, fits: always },
  { role: 'late', share: 0.0075, impact: 0.1, fits: always },
];

/** Of a programme's sites; where more are silent its month waits for a person before issue (rule 4). */
const LARGEST_SILENT_SHARE = 0.1;
const SILENT_ROLES: readonly SiteRole[] = ['silent', 'mute', 'late'];

/** Of an MSP's value that its defects may move, well below the 25 % of rule 3. */
const LARGEST_MOVE = 0.12;
const SPIKE = { factor: 1.8, units: 12 };
const DROP_TO = 0.35;
const LICENSED_OVER = 0.7;
const LICENSED_WITHIN = 1.5;

function change(site: WorldSite, factor: number, units: number): void {
  for (const line of site.lines) line.current = Math.round(line.previous * factor) + units;
}

function apply(site: WorldSite, role: SiteRole, second: WorldSite['installations'][number]): void {
  site.role = role;
  if (role === 'spike') change(site, SPIKE.factor, SPIKE.units);
  if (role === 'drop') change(site, DROP_TO, 0);
  if (role === 'twoInstallations') site.installations.push(second);
  if (role === 'replaced') site.replacement = second;
  const [first] = site.lines;
  if (first === undefined) return;
  const least = Math.min(first.previous, first.current);
  if (role === 'overLicence') site.licenceCount = Math.max(1, Math.floor(least * LICENSED_OVER));
  if (role === 'withinLicence')
    site.licenceCount = Math.ceil(Math.max(first.previous, first.current) * LICENSED_WITHIN);
}

/** Whether the MSP takes part in both months and its totals move by its roles alone. */
function isSteady({ grows, participations }: WorldMsp): boolean {
  return !grows && participations.every(({ joins, leaves }) => joins === 'previous' && leaves === null);
}

/** Gives roles to ordinary sites of steady MSPs: each role to as many as planned while fitting sites last. */
export function assignRoles(seed: number, msps: readonly WorldMsp[]): void {
  const places = msps.flatMap((msp, mspIndex) =>
    isSteady(msp) ? msp.sites.map((site, index) => ({ mspIndex, site, index })) : [],
  );
  // An MSP has a total in each of its programmes.
  const totalOf = (mspIndex: number, { programme }: WorldSite): string => `${programme}/${mspIndex}`;
  const value = new Map<string, number>();
  for (const { mspIndex, site } of places) {
    const total = totalOf(mspIndex, site);
    value.set(total, (value.get(total) ?? 0) + roughValue(site));
  }
  const moved = new Map<string, number>();
  const silenced = new Map<string, number>();
  const mayBeSilent = ({ programme }: WorldSite): boolean => {
    const most = LARGEST_SILENT_SHARE * places.filter(({ site }) => site.programme === programme).length;
    return (silenced.get(programme) ?? 0) + 1 <= most;
  };
  const candidates = createRandom(seed, 'roles').shuffled(places);
  const total = msps.reduce((sum, { sites }) => sum + sites.length, 0);
  for (const { role, share, impact, fits } of PLANS) {
    let wanted = Math.max(1, Math.round(share * total));
    for (const { mspIndex, site, index } of candidates) {
      if (wanted === 0) break;
      if (site.role !== 'ordinary' || !fits(site)) continue;
      if (SILENT_ROLES.includes(role) && !mayBeSilent(site)) continue;
      const its = totalOf(mspIndex, site);
      const move = (moved.get(its) ?? 0) + (impact * roughValue(site)) / (value.get(its) ?? 1);
      if (move > LARGEST_MOVE) continue;
      moved.set(its, move);
      if (SILENT_ROLES.includes(role)) silenced.set(site.programme, (silenced.get(site.programme) ?? 0) + 1);
      apply(site, role, secondInstallation(seed, mspIndex, index));
      wanted -= 1;
    }
  }
}
