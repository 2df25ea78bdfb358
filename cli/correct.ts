import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import type { z } from 'zod';
import { askForCorrection, previewCorrection } from '../api/corrections/askForCorrection.js';
import { correctionJson, previewJson } from '../api/corrections/present.js';
import { validate } from '../api/http/validation.js';
import { askedCorrection, previewInput, type correctionPreview } from '../api/schemas/corrections.js';
import { ALL, type Trx } from '../db/connect.js';
import { markCorrectionStarted } from '../db/corrections/unstartedCorrections.js';
import { statementByNumber } from '../db/readModels/statementByNumber.js';
import { KontorError } from '../domain/errors.js';
import { MAX_QUANTITY } from '../domain/usage.js';
import { startCorrection } from '../starts/correctStatement.js';
import { environmentOf, withDatabase, withTemporal } from './environment.js';
import { decidingCommands, readingCommands } from './correctDecisions.js';
import { dataOption, examples, jsonOption, wholeNumber } from './options.js';
import { createTerminal } from './terminal.js';
import { terminalActor } from './terminalActor.js';

interface CorrectOptions {
  statement?: string;
  line?: number;
  amount?: string;
  quantity?: number;
  waive?: true;
  reissue?: true;
  credit?: true;
  reason?: string;
  as?: string;
  preview?: true;
  data?: string;
  json?: true;
}

const CHANGES = ['amount', 'quantity', 'waive', 'reissue'] as const;

/** One of the four changes: it excludes the others. */
function change(flags: string, description: string, name: (typeof CHANGES)[number]): Option {
  return new Option(flags, description).conflicts(CHANGES.filter((other) => other !== name));
}

/** `kontor correct`: asks for a correction of an issued statement; another person confirms it. Below it what waits is read and decided. */
export function correctCommand(): Command {
  const command = new Command('correct')
    .description(
      'Ask for a correction of an issued statement, or show what it would say. The statement itself never changes. Another ' +
        'person of the partner team confirms it with a token of her own (kontor correct confirm) or over the API ' +
        '(POST /v1/corrections/<id>/decision): whoever is at the terminal could name two people, and is one.',
    )
    .option('--statement <number>', 'such as MSP-IT-2026-000042')
    .addOption(
      new Option('--line <number>', 'the line; left out: the statement as a whole').argParser(
        wholeNumber(1, MAX_QUANTITY),
      ),
    )
    .addOption(
      change('--amount <decimal>', 'so much more, or less with a minus, in the currency of the statement', 'amount'),
    )
    .addOption(
      change(
        '--quantity <number>',
        'the billable quantity of a line of usage instead of what was billed',
        'quantity',
      ).argParser(wholeNumber(0, MAX_QUANTITY)),
    )
    .addOption(change('--waive', 'take the line off, or the statement as a whole', 'waive'))
    .addOption(change('--reissue', 'print the document anew with the companies as they are now', 'reissue'))
    .option('--credit', 'credit it at once (default: a line of the next statement)')
    .option('--reason <text>', 'why; it is printed')
    .option('--as <email>', 'the person of the partner team who asks')
    .option('--preview', 'show what it would say; nothing is kept and nobody gets mail')
    .addOption(dataOption())
    .addOption(jsonOption('print the preview, or the correction that waits, as one JSON object'))
    .addHelpText(
      'after',
      examples(
        'kontor correct --statement MSP-IT-2026-000042 --line 3 --quantity 25 --preview',
        'kontor correct --statement MSP-IT-2026-000042 --amount -12.50 --credit --reason "Two days down" --as first@partner-team.example',
        'kontor correct --statement MSP-IT-2026-000042 --reissue --reason "New address" --as first@partner-team.example --json',
        'kontor correct list --state asked',
      ),
    )
    .action(correct);
  for (const below of [...readingCommands(), ...decidingCommands()]) command.addCommand(below);
  return command;
}

/** The body that the API takes for it. */
function wishOf(options: CorrectOptions, currency: string): object {
  const { line, amount, quantity, waive, reissue, credit } = options;
  const place = { ...(line === undefined ? {} : { line }), ...(credit === true ? { booking: 'credit' } : {}) };
  if (amount !== undefined) return { change: 'amount', amount: { amount, currency }, ...place };
  if (quantity !== undefined) return { change: 'quantity', quantity, ...place };
  if (waive === true) return { change: 'waiver', ...place };
  if (reissue === true) return { change: 'reissue', ...place };
  throw new KontorError('VALIDATION_FAILED', 'Say what to change: --amount, --quantity, --waive or --reissue.');
}

async function statementOf(trx: Trx, number: string | undefined): Promise<{ id: string; currency: string }> {
  if (number === undefined) throw new KontorError('VALIDATION_FAILED', '--statement: say which statement.');
  const found = await statementByNumber(trx, number);
  if (found === undefined) throw new KontorError('NOT_FOUND', `There is no statement ${number}.`);
  return found;
}

async function correct(options: CorrectOptions): Promise<void> {
  if (options.preview === true) return preview(options);
  if (options.reason === undefined) {
    throw new KontorError('VALIDATION_FAILED', '--reason: say why; --preview shows what it would say without one.');
  }
  const env = await environmentOf(options.data);
  const terminal = createTerminal({ json: options.json });
  await withDatabase(env, (db) =>
    withTemporal(env, async (client) => {
      const at = new Date();
      const asked = await db.transaction(ALL, async (trx) => {
        const { id: statementId, currency } = await statementOf(trx, options.statement);
        const { correction, reason } = validate(
          askedCorrection,
          { correction: wishOf(options, currency), reason: options.reason },
          'body',
        );
        const actor = await terminalActor(trx, options.as);
        return askForCorrection(trx, { id: randomUUID(), statementId, input: correction, reason, actor, at });
      });
      await startCorrection(
        { temporal: client, taskQueue: env.TEMPORAL_TASK_QUEUE },
        { ...asked, correctionId: asked.id },
      );
      await db.transaction(ALL, (trx) => markCorrectionStarted(trx, { correctionId: asked.id, at }));
      if (options.json === true) {
        console.log(JSON.stringify(correctionJson(asked)));
        return;
      }
      terminal.say(`Correction ${asked.id} of ${asked.number} waits until ${asked.decideUntil.toISOString()}.`);
      terminal.say(`Another person confirms it: kontor correct confirm ${asked.id}`);
    }),
  );
}

async function preview(options: CorrectOptions): Promise<void> {
  const terminal = createTerminal({ json: options.json });
  const shown = await withDatabase(await environmentOf(options.data), (db) =>
    db.transaction(ALL, async (trx) => {
      const { id, currency } = await statementOf(trx, options.statement);
      const { correction } = validate(previewInput, { correction: wishOf(options, currency) }, 'body');
      return previewJson(await previewCorrection(trx, id, correction));
    }),
  );
  if (options.json === true) console.log(JSON.stringify(shown));
  else for (const line of previewLines(shown)) terminal.say(line);
}

function previewLines({ number, line, ofLine, ofStatement, parties }: z.input<typeof correctionPreview>): string[] {
  const amount = (of: { amount: string; currency: string }) => `${of.amount} ${of.currency}`;
  const of = line?.correctsLine ?? null;
  return [
    `Preview of a correction of ${number}${of === null ? '' : `, line ${of}`}: ${line === null ? 'no amount changes' : amount(line.amount)}.`,
    ...(line?.newQuantity == null ? [] : [`  Quantity   ${line.oldQuantity ?? ''} to ${line.newQuantity}`]),
    ...(ofLine === null ? [] : [`  Line       ${amount(ofLine.before)} to ${amount(ofLine.after)}`]),
    ...(ofStatement === null ? [] : [`  Statement  ${amount(ofStatement.before)} to ${amount(ofStatement.after)}`]),
    ...(parties === null ? [] : [`  Prints     ${parties.msp.name}, ${parties.msp.address.join(', ')}`]),
    '  Nothing was kept, nobody gets mail.',
  ];
}
