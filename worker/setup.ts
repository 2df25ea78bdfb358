import { ALL, type Database } from '../db/connect.js';
import { monthEnds } from '../db/readModels/monthEnds.js';
import { requireMigrated } from '../db/schema/schemaFaults.js';
import { KontorError } from '../domain/errors.js';
import { attributeRefusals, setupFaults, setupWarnings, type SetupFaults } from '../starts/temporalSetup.js';
import type { Starter } from '../starts/starter.js';

/** What a worker found at its start that `kontor migrate` mends, and does not keep it from working. */
export interface SetupWatch {
  /** A sentence each. Looked for anew where there were some: at most once a minute, and in the background. */
  warnings(): readonly string[];
}

const LOOK_AGAIN_MS = 60_000;

async function look({ db, ...starter }: Starter & { db: Database }): Promise<SetupFaults> {
  return setupFaults(starter, await db.transaction(ALL, monthEnds), new Date());
}

/**
 * Looks whether the database and Temporal are as this version of Kontor needs them; sets nothing. Throws CONFIGURATION_INVALID
 * with what is missing and which command sets it, where workflows could not run: migrations, search attributes.
 */
export async function requireSetup(deps: Starter & { db: Database }): Promise<SetupWatch> {
  const newer = await deps.db.transaction(ALL, requireMigrated);
  const faults = await look(deps);
  const refusals = attributeRefusals(faults.attributes, deps.temporal);
  if (refusals.length > 0) throw new KontorError('CONFIGURATION_INVALID', refusals.join('\n'));
  const lasting = newer.map((name) => `A newer version of Kontor has migrated the database: ${name}.`);
  let found = setupWarnings(faults);
  let lookedAt = Date.now();
  return {
    warnings: () => {
      if (found.length > 0 && Date.now() - lookedAt >= LOOK_AGAIN_MS) {
        lookedAt = Date.now();
        look(deps).then(
          (now) => {
            found = setupWarnings(now);
          },
          // Temporal or the database are away: what was found stands until they answer.
          () => undefined,
        );
      }
      return [...lasting, ...found];
    },
  };
}
