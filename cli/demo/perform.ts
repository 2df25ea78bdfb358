import { join } from 'node:path';
import { required } from '../../config/env.js';
import { createSecretOpener } from '../../config/secretBox.js';
import { ALL, type Database } from '../../db/connect.js';
import { mspList } from '../../db/readModels/mspList.js';
import { newSecret } from '../../db/access/secret.js';
import { KontorError } from '../../domain/errors.js';
import { createRenderPool } from '../../statements/index.js';
import { overallVerdicts, verifyAll } from '../../verify/index.js';
import { withDatabase, withTemporal } from '../environment.js';
import { historyTexts } from '../../starts/historyTexts.js';
import { whereToLook } from '../up.js';
import { joinTeam, makeLogins } from './logins.js';
import { billedOrders } from './ordered.js';
import { outcomeOf, type DemoOutcome } from './outcome.js';
import { untilMailRests } from './closeMonth.js';
import { playMonth } from './play.js';
import { runsOf, type DemoWorld, type Scene } from './scene.js';
import { startSimulator } from './simulate.js';
import { createStopwatch } from './stopwatch.js';
import { summaryLines } from './summary.js';
import { writePdfs } from './writePdfs.js';

/** Each loads fonts anew; one keeps up with the queries beside it. */
const RENDER_THREADS = 1;
const TEAM = [
  { name: 'Partner team, first person', email: 'first@partner-team.example' },
  { name: 'Partner team, second person', email: 'second@partner-team.example' },
] as const;

/**
 * Plays the month over services that run, checks the invariants, writes the documents and says what came of it.
 * `startMs` is how long the services took to start.
 */
export async function perform(
  setting: Pick<Scene, 'env' | 'services' | 'terminal'>,
  world: DemoWorld,
  startMs: number,
): Promise<DemoOutcome> {
  const { services, terminal } = setting;
  const stopwatch = createStopwatch();
  stopwatch.timings['start'] = startMs;
  return await withDatabase(setting.env, (db) =>
    withTemporal(setting.env, async (client) => {
      await requireNothingThere(db);
      const inboxUrl = requireInbox(services);
      const door = { apiUrl: services.apiUrl, inboxUrl, password: newSecret() };
      const people = stopwatch.timed('people', async () => {
        const join = (person: (typeof TEAM)[number]) => joinTeam(setting.env, door, person);
        const [first, second] = await Promise.all([join(TEAM[0]), join(TEAM[1])]);
        return { first, second };
      });
      const stage = { ...setting, inboxUrl, world, db, client };
      const simulator = await startSimulator(stage, people);
      const tokens = await people;
      const scene: Scene = { ...stage, tokens, simulator };
      const load = await playMonth(scene, stopwatch);
      const made = await stopwatch.timed('logins', () => makeLogins(db, door, tokens.first));
      await stopwatch.timed('rest', () => untilMailRests(scene));
      terminal.say('Checking the invariants');
      const pdfDir = join(services.dataDir, 'pdf');
      const [verdicts, pdfs, licencesBilled] = await Promise.all([
        stopwatch.timed('verify', () => verified(scene)),
        stopwatch.timed('documents', () => writePdfs(db, runsOf(world.period), pdfDir)),
        // Nothing of it is written: what is checked meanwhile stays as it is.
        stopwatch.timed('runningMonth', () => billedOrders(scene, new Date())),
      ]);
      const logins = [...TEAM.map(({ email }) => ({ role: 'partner team', email })), ...made];
      const outcome = await outcomeOf(scene, { load, timings: stopwatch.timings, pdfs, verdicts, licencesBilled });
      for (const line of summaryLines(outcome)) terminal.say(line);
      for (const line of whereToLook(services)) terminal.say(line);
      terminal.say(`PDFs         ${pdfDir}`);
      terminal.say(`Tokens       ${tokens.first}\n             ${tokens.second}`);
      terminal.say(`Sign-in      POST /v1/session, everybody with the password ${door.password}`);
      for (const { role, email } of logins) terminal.say(`             ${email.padEnd(34)} ${role}`);
      return outcome;
    }),
  );
}

/** Everybody in the world reads mail: addresses are confirmed by the links in it. */
function requireInbox({ inboxUrl }: Scene['services']): string {
  if (inboxUrl !== null) return inboxUrl;
  throw new KontorError(
    'CONFIGURATION_INVALID',
    'A demo follows the links in the mails it sends: leave SMTP_URL unset, and it starts an inbox of its own.',
  );
}

async function requireNothingThere(db: Database): Promise<void> {
  const [found] = await db.transaction(ALL, (trx) => mspList(trx, { limit: 1 }));
  if (found !== undefined) {
    throw new KontorError(
      'CONFIGURATION_INVALID',
      'The database holds MSPs already, and a demo starts from nothing: let DATABASE_URL name an empty database.',
    );
  }
}

async function verified({ db, client, services, env }: Scene) {
  const renderPool = createRenderPool({ threads: RENDER_THREADS });
  const inboxDir = join(services.dataDir, 'inbox');
  const logDirs = [join(services.dataDir, 'logs'), join(services.dataDir, 'postgres')];
  return overallVerdicts(
    await verifyAll(db, {
      ...{ renderPool, inboxDir, logDirs, histories: historyTexts(client) },
      openSecret: createSecretOpener(required(env, 'SECRET_KEYS')),
    }).finally(() => renderPool.close()),
  );
}
