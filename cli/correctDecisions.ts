import { randomUUID } from 'node:crypto';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { decideCorrection } from '../api/corrections/decideCorrection.js';
import { correctionJson } from '../api/corrections/present.js';
import { requireCorrection } from '../api/corrections/requireCorrection.js';
import { actorOf } from '../api/principal.js';
import { secretHash } from '../db/access/secret.js';
import { findSenderByToken } from '../db/access/senderStore.js';
import { ALL, type Database } from '../db/connect.js';
import { listCorrections } from '../db/corrections/correctionStore.js';
import { onlyProgramme } from '../db/programmes/onlyProgramme.js';
import { statementByNumber } from '../db/readModels/statementByNumber.js';
import type { Actor } from '../domain/access/actor.js';
import { may } from '../domain/access/may.js';
import { CORRECTION_STATES, type Correction, type CorrectionState } from '../domain/correction.js';
import { KontorError } from '../domain/errors.js';
import { minorToDecimalString } from '../domain/money.js';
import { environmentOf, withDatabase, withTemporal } from './environment.js';
import { dataOption, examples, jsonOption, programmeOption, wholeNumber, words } from './options.js';
import { readFileWithin } from './readFileWithin.js';

interface Common {
  data?: string;
  json?: true;
}

interface ListOptions extends Common {
  programme?: string;
  statement?: string;
  state?: CorrectionState;
  limit: number;
}

interface DecideOptions extends Common {
  tokenFile: string;
  reason?: string;
}

const MAX_TOKEN_BYTES = 1024;
/** As long as a worker may take before the command says that none answered. */
const DECIDE_TIMEOUT_MS = 30_000;

function idArgument(): Argument {
  return new Argument('<id>', 'of the correction').argParser((text: string) => {
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) throw new InvalidArgumentError('An id.');
    return text.toLowerCase();
  });
}

/** `kontor correct list` and `show`, for whoever is at the terminal. */
export function readingCommands(): Command[] {
  const list = new Command('list')
    .description('List corrections by hand, the latest first.')
    .addOption(programmeOption())
    .option('--statement <number>', 'of this statement')
    .addOption(new Option('--state <state>', 'in this state').choices([...CORRECTION_STATES]))
    .addOption(new Option('--limit <number>', 'at most so many').argParser(wholeNumber(1, 1000)).default(50))
    .addOption(dataOption())
    .addOption(jsonOption('print {"items": […]}'))
    .addHelpText(
      'after',
      examples('kontor correct list --state asked', 'kontor correct list --statement MSP-IT-2026-000042 --json'),
    )
    .action(listThem);
  const show = new Command('show')
    .description('Show a correction by hand: what was asked for, by whom, why, and what became of it.')
    .addArgument(idArgument())
    .addOption(dataOption())
    .addOption(jsonOption('print the correction as one JSON object'))
    .addHelpText('after', examples('kontor correct show 0d3c9a52-8a0f-4d0e-9f0e-3f5f6d2f7a10'))
    .action(showOne);
  return [list, show];
}

/** `kontor correct confirm` and `refuse`, by a person who proves who she is. */
export function decidingCommands(): Command[] {
  const deciding = (end: 'confirm' | 'refuse', description: string) =>
    new Command(end)
      .description(
        `${description} Whoever is at the terminal could name anybody: the person proves herself by a token of her own ` +
          '(POST /v1/me/tokens), and is not who asked, opened the run or decided a case of it (rule 18). ' +
          'Exit status: 0 decided, 1 refused by a rule or no worker answered, 2 the call is wrong.',
      )
      .addArgument(idArgument())
      .addOption(
        new Option(
          '--token-file <file>',
          'the file with her token; /dev/stdin reads it from there',
        ).makeOptionMandatory(),
      )
      .option(
        '--reason <text>',
        end === 'refuse' ? 'why; whoever asked is told' : 'what is worth saying to whoever asked',
        words(500),
      )
      .addOption(dataOption())
      .addOption(jsonOption('print {"correctionId", "state", "decidedAt"}'))
      .addHelpText(
        'after',
        examples(
          `kontor correct ${end} 0d3c9a52-8a0f-4d0e-9f0e-3f5f6d2f7a10 --token-file my.token${end === 'refuse' ? ' --reason "Not agreed"' : ''}`,
        ),
      )
      .action((id: string, options: DecideOptions) => decide(end, id, options));
  return [deciding('confirm', 'Confirm a correction.'), deciding('refuse', 'Refuse a correction.')];
}

function lineOf({ id, number, state, change, booking, amountMinor, currency, askedBy }: Correction): string {
  return [
    id,
    number,
    state,
    change,
    booking,
    `${minorToDecimalString(amountMinor, currency)} ${currency}`,
    askedBy.name,
  ].join('  ');
}

async function listThem({ programme, statement, state, limit, data, json }: ListOptions): Promise<void> {
  const found = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, async (trx) => {
      if (programme !== undefined) await onlyProgramme(trx, programme);
      const of = statement === undefined ? undefined : await statementByNumber(trx, statement);
      if (statement !== undefined && of === undefined) {
        throw new KontorError('NOT_FOUND', `There is no statement ${statement}.`);
      }
      return listCorrections(trx, { programme, statementId: of?.id, state, limit });
    }),
  );
  if (json === true) console.log(JSON.stringify({ items: found.map(correctionJson) }));
  else for (const one of found) console.log(lineOf(one));
}

async function showOne(id: string, { data, json }: Common): Promise<void> {
  const found = await withDatabase(await environmentOf(data), (db) =>
    db.transaction(ALL, (trx) => requireCorrection(trx, id)),
  );
  if (json === true) {
    console.log(JSON.stringify(correctionJson(found)));
    return;
  }
  const { period, wish, plan, reason, askedAt, decideUntil, decidedAt, decidedBy, decisionReason } = found;
  const line = 'lineNo' in wish && wish.lineNo !== null ? `line ${wish.lineNo}` : 'as a whole';
  const said = [
    lineOf(found),
    `  Of         ${period}, ${line}`,
    `  Reason     ${reason}`,
    `  Asked      ${askedAt.toISOString()} by ${found.askedBy.name}`,
    ...(plan.line?.newQuantity == null
      ? []
      : [`  Quantity   ${plan.line.oldQuantity ?? ''} to ${plan.line.newQuantity}`]),
    decidedAt === null
      ? `  Waits      until ${decideUntil.toISOString()} for another person`
      : `  ${found.state.padEnd(10)} ${decidedAt.toISOString()} by ${decidedBy?.name ?? ''}`,
    ...(decisionReason === null ? [] : [`  Because    ${decisionReason}`]),
  ];
  for (const each of said) console.log(each);
}

/** The person whose token it is. Throws UNAUTHENTICATED, and FORBIDDEN where she may not decide corrections. */
async function personOf(db: Database, tokenFile: string): Promise<Actor> {
  const token = (await readFileWithin(tokenFile, MAX_TOKEN_BYTES)).toString('utf8').trim();
  const sender = await findSenderByToken(db, secretHash(token));
  if (sender === undefined) throw new KontorError('UNAUTHENTICATED', '--token-file: this token is worth nothing.');
  if (may(sender, 'corrections.decide', {}) !== 'yes') {
    throw new KontorError('FORBIDDEN', '"corrections.decide" is for managers of the partner team.');
  }
  return actorOf(sender);
}

async function decide(end: 'confirm' | 'refuse', id: string, options: DecideOptions): Promise<void> {
  const { data, json, tokenFile, reason = null } = options;
  const env = await environmentOf(data);
  await withDatabase(env, (db) =>
    withTemporal(env, async (temporal) => {
      const actor = await personOf(db, tokenFile);
      const found = await db.transaction(ALL, (trx) => requireCorrection(trx, id));
      const answer = await decideCorrection(
        { db, temporal, taskQueue: env.TEMPORAL_TASK_QUEUE },
        found,
        { end, reason },
        { requestId: randomUUID(), actor, at: new Date(), timeoutMs: DECIDE_TIMEOUT_MS },
      );
      if (!answer.answered) {
        throw new KontorError(
          'TEMPORAL_UNAVAILABLE',
          `No worker took the decision in time; it may still. See: kontor correct show ${id}`,
        );
      }
      if (json === true) console.log(JSON.stringify(answer.result));
      else console.log(`Correction ${id} of ${found.number} is ${answer.result.state}.`);
    }),
  );
}
