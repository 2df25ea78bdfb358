import { parseSettings, resolveSettings } from '../../domain/settings/index.js';
import type { RegistrationSettings } from '../../domain/settings/registration.js';
import { rows, type Trx } from '../connect.js';
import { PROGRAMME_NOW } from '../readModels/programmeOf.js';

/** An application of which nobody knows yet that its workflow runs. */
export interface UnstartedApplication {
  programme: string;
  mspId: string;
  distributorId: string;
  appliedAt: Date;
  decideUntil: Date;
  /** Rule 14 as the programme has it today. */
  registration: RegistrationSettings;
}

/** The oldest first. */
export async function unstartedApplications(trx: Trx, limit: number): Promise<UnstartedApplication[]> {
  const found = await rows<Omit<UnstartedApplication, 'registration'> & { settings: unknown }>(
    trx,
    `select p.programme_code as programme, p.msp_id as "mspId",
       kontor_distributor_of(p.msp_id, p.programme_code) as "distributorId", p.applied_at as "appliedAt",
       p.decide_until as "decideUntil", v.settings
     from participation p join (${PROGRAMME_NOW}) on g.code = p.programme_code
     where p.state = 'applied' and p.workflow_started_at is null order by p.applied_at limit :limit`,
    { limit },
  );
  return found.map(({ settings, ...application }) => ({
    ...application,
    registration: resolveSettings(parseSettings(settings)).registration,
  }));
}

/** Keeps that the workflow of this application runs, or ran. */
export async function markStarted(
  trx: Trx,
  { programme, mspId, appliedAt, at }: { programme: string; mspId: string; appliedAt: Date; at: Date },
): Promise<void> {
  await rows(
    trx,
    `update participation set workflow_started_at = :at
     where programme_code = :programme and msp_id = :mspId and applied_at = :appliedAt`,
    { programme, mspId, appliedAt, at },
  );
}
