import { inParallel } from '../../domain/inParallel.js';
import { checkInMessage, reportMessage, sendCheckIns, sendReport } from '../reporting.js';
import { periodOf, WIDTH, type Simulation } from '../simulation.js';
import { speakerOf } from '../siteSpeaker.js';
import { emptyTally, type Tally } from '../tally.js';
import {
  checkInsOf,
  clockOffsetMs,
  lateReportOf,
  reportOf,
  type WorldInstallation,
  type When,
} from '../world/index.js';
import { changeKeys, replaceServers } from './changeKeys.js';
import { installedSites, type InstalledSite } from './installedSites.js';
import { misbehave } from './misbehave.js';
import { leave } from './participate.js';

/** Every tenth site sends everything twice, as one does that heard no answer. */
const REPEATS_EVERY = 10;

async function deliver(
  simulation: Simulation,
  { msp, site, siteId }: InstalledSite,
  installation: WorldInstallation,
  when: When,
  times: number,
  tally: Tally,
): Promise<void> {
  const speaker = speakerOf(siteId, installation);
  const offsetMs = clockOffsetMs(site, when);
  const observed = checkInsOf(simulation.world, msp, site, installation, when);
  const peaks = reportOf(site, installation, when);
  for (let time = 0; time < times; time += 1) {
    if (observed.length > 0) {
      await sendCheckIns(simulation, speaker, checkInMessage(simulation, site, observed, offsetMs), tally);
    }
    if (peaks !== null) {
      const message = reportMessage(simulation, site, periodOf(simulation.world, when), peaks, offsetMs);
      await sendReport(simulation, speaker, message, tally);
    }
  }
}

async function sendLateReports(
  simulation: Simulation,
  sites: readonly InstalledSite[],
  when: When,
  tally: Tally,
): Promise<void> {
  for (const { site, siteId } of sites) {
    const peaks = lateReportOf(site, when);
    if (peaks === null) continue;
    const message = reportMessage(simulation, site, periodOf(simulation.world, when), peaks);
    await sendReport(simulation, speakerOf(siteId, site.installations[0]), message, tally);
  }
}

/** A month of each site: its check-ins in one batch per installation, then its report; and what goes wrong in it. */
export async function deliverUsage(simulation: Simulation, when: When): Promise<Tally> {
  const tally = emptyTally();
  const sites = await installedSites(simulation);
  if (when === 'current') {
    await sendLateReports(simulation, sites, 'previous', tally);
    await changeKeys(simulation, sites);
  }
  const speaking = sites.flatMap((at, index) =>
    at.site.installations
      .slice(0, when === 'current' ? undefined : 1)
      .map((installation) => ({ at, installation, times: index % REPEATS_EVERY === 0 ? 2 : 1 })),
  );
  const bar = simulation.progress.start(`usage ${periodOf(simulation.world, when)}`, speaking.length);
  await inParallel(speaking, WIDTH, async ({ at, installation, times }) => {
    await deliver(simulation, at, installation, when, times, tally);
    bar.step();
  });
  await leave(simulation, when);
  if (when === 'current') {
    await replaceServers(simulation, sites, tally);
    await misbehave(simulation, sites, tally);
  }
  return tally;
}

/** After the close: the silent sites report at last (rule 7). */
export async function deliverLateReports(simulation: Simulation): Promise<Tally> {
  const tally = emptyTally();
  await sendLateReports(simulation, await installedSites(simulation), 'current', tally);
  return tally;
}
