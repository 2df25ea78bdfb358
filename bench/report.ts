import type { Killed, Measured, Round } from './measure.js';
import { spreadOf, type Spread } from './spread.js';
import type { PeerName } from './peers/peer.js';

/** A peer over all rounds. */
export interface PeerResult {
  name: PeerName;
  closeMs: number;
  /** Median of the rounds' own ratios, Kontor's close to the peer's: below 1 where Kontor is faster. */
  ratio: number;
  /** Of the peer's process, the largest of all rounds. */
  peakMb: number;
  statements: number;
  mails: number;
}

/** What the last line says of one size; times in milliseconds, memory in MiB, medians where nothing else is said. */
export interface SizeResult {
  sites: number;
  msps: number;
  seed: number;
  sha256: string;
  rounds: number;
  closeMs: number;
  floorMs: number;
  /** Median of the rounds' own ratios, close to floor. */
  ratio: number;
  sqlPerSite: number;
  eventsPerSite: number;
  workerPeakMb: number | null;
  firstMailMs: number | null;
  statements: number;
  parked: number;
  /** By arm; Kontor also mails the summary to the partner team. */
  mails: { kontor: number; floor: number };
  peers: PeerResult[];
  /** Null: it was not asked for. */
  killed: Killed | null;
  /** Kontor's, the most at once. */
  smtpConnections: number;
  /** Documents that are the same bytes in both arms, in the round with the fewest. */
  sameDocuments: number;
  spread: { closeMs: Spread; floorMs: Spread; ratio: Spread };
  untilReviewMs: number;
  floorStages: { rateMs: number; statementsMs: number; packsMs: number };
  postgresPeakMb: { kontor: number | null; floor: number | null };
  floorPeakMb: number;
  verifyMs: number | null;
  generateMs: number;
  /** Kontor's close of the month before, once, not among the rounds. */
  previousMs: number;
  machine: string;
  /** ISO instant at which it was written. */
  date: string;
}

const places = (value: number, digits: number) => Number(value.toFixed(digits));

/** Null where nobody said a value in any round. */
function medianOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.round(spreadOf(known).median);
}

/** The largest of all rounds. */
function largestOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** The rounds of one peer. */
function peerResultOf(name: PeerName, rounds: readonly Round[]): PeerResult {
  const own = rounds.flatMap(({ kontor, peers }) =>
    peers.filter((peer) => peer.name === name).map((peer) => ({ ...peer, ratio: kontor.closeMs / peer.closeMs })),
  );
  const median = (value: (peer: (typeof own)[number]) => number) => spreadOf(own.map(value)).median;
  return {
    name,
    closeMs: Math.round(median(({ closeMs }) => closeMs)),
    ratio: places(
      median(({ ratio }) => ratio),
      2,
    ),
    peakMb: Math.max(...own.map(({ peakMb }) => peakMb)),
    statements: Math.round(median(({ statements }) => statements)),
    mails: Math.round(median(({ mails }) => mails)),
  };
}

/** What a size comes to over its rounds. */
export function resultOf(
  { sites, msps, sha256, generateMs, previousMs, rounds, killed }: Measured,
  { seed, machine, date }: { seed: number; machine: string; date: Date },
): SizeResult {
  const each = (value: (round: Round) => number) => spreadOf(rounds.map(value));
  const closeMs = each(({ kontor }) => kontor.closeMs);
  const floorMs = each(({ floor }) => floor.floorMs);
  const ratio = each(({ kontor, floor }) => places(kontor.closeMs / floor.floorMs, 3));
  const median = (value: (round: Round) => number) => Math.round(each(value).median);
  return {
    ...{ sites, msps, seed, sha256, rounds: rounds.length },
    closeMs: Math.round(closeMs.median),
    floorMs: Math.round(floorMs.median),
    ratio: places(ratio.median, 2),
    sqlPerSite: places(each(({ kontor }) => kontor.sqlStatements / sites).median, 4),
    eventsPerSite: places(each(({ kontor }) => kontor.historyEvents / sites).median, 4),
    workerPeakMb: largestOf(rounds.map(({ kontor }) => kontor.workerPeakMb)),
    firstMailMs: medianOf(rounds.map(({ kontor }) => kontor.firstMailMs)),
    statements: median(({ kontor }) => kontor.statements),
    parked: median(({ kontor }) => kontor.parked),
    mails: { kontor: median(({ kontor }) => kontor.mails), floor: median(({ floor }) => floor.mails) },
    peers: (rounds[0]?.peers ?? []).map(({ name }) => peerResultOf(name, rounds)),
    killed,
    smtpConnections: Math.max(...rounds.map(({ kontor }) => kontor.smtpConnections)),
    sameDocuments: Math.min(...rounds.map(({ agreement }) => agreement.sameBytes)),
    spread: { closeMs, floorMs, ratio },
    untilReviewMs: median(({ kontor }) => kontor.untilReviewMs),
    floorStages: {
      rateMs: median(({ floor }) => floor.rateMs),
      statementsMs: median(({ floor }) => floor.statementsMs),
      packsMs: median(({ floor }) => floor.packsMs),
    },
    postgresPeakMb: {
      kontor: largestOf(rounds.map(({ kontor }) => kontor.postgresPeakMb)),
      floor: largestOf(rounds.map(({ floor }) => floor.postgresPeakMb)),
    },
    floorPeakMb: Math.max(...rounds.map(({ floor }) => floor.processPeakMb)),
    verifyMs: medianOf(rounds.map(({ kontor }) => kontor.verifyMs)),
    ...{ generateMs, previousMs, machine, date: date.toISOString() },
  };
}

const seconds = (ms: number) => (ms / 1_000).toFixed(1);
const spreadText = ({ median, min, max }: Spread, write: (value: number) => string) =>
  min === max ? write(median) : `${write(median)} (${write(min)} to ${write(max)})`;

/** A column for each size: median, and in brackets the least and the most. */
const ROWS: readonly (readonly [string, (result: SizeResult) => string])[] = [
  ['close, s', ({ spread }) => spreadText(spread.closeMs, seconds)],
  ['floor, s', ({ spread }) => spreadText(spread.floorMs, seconds)],
  ['close / floor', ({ spread }) => spreadText(spread.ratio, (value) => value.toFixed(2))],
  ['SQL statements a site', ({ sqlPerSite }) => String(sqlPerSite)],
  ['history events a site', ({ eventsPerSite }) => String(eventsPerSite)],
  ['worker, peak MiB', ({ workerPeakMb }) => String(workerPeakMb ?? 'unknown')],
  ['PostgreSQL, peak MiB', ({ postgresPeakMb }) => String(postgresPeakMb.kontor ?? 'unknown')],
  ['first mail after, s', ({ firstMailMs }) => (firstMailMs === null ? 'none' : seconds(firstMailMs))],
  ['statements', ({ statements }) => String(statements)],
  ['mails', ({ mails }) => String(mails.kontor)],
];

function peerText({ peers }: SizeResult, name: PeerName): string {
  const peer = peers.find((one) => one.name === name);
  return peer === undefined ? 'none' : `${seconds(peer.closeMs)} (close / ${name} ${peer.ratio}, ${peer.peakMb} MiB)`;
}

function killedText({ killed }: SizeResult): string {
  if (killed === null) return 'none';
  const { closeMs, extraMs, repeatedMails, uncertainMails } = killed;
  return `${seconds(closeMs)} (${seconds(extraMs)} more; mails: ${repeatedMails} repeated, ${uncertainMails} uncertain)`;
}

/** A Markdown table of all sizes, with the machine, the day and the command under it. */
export function tableOf(results: readonly SizeResult[], command: string): string {
  const [first] = results;
  if (first === undefined) return '';
  const head = ['sites', ...results.map(({ sites }) => String(sites))];
  const lines = [
    head,
    head.map(() => '---'),
    ...ROWS.map(([name, write]) => [name, ...results.map((result) => write(result))]),
    ...first.peers.map(({ name }) => [`${name}, s`, ...results.map((result) => peerText(result, name))]),
    ...(first.killed === null ? [] : [['worker killed at half, s', ...results.map(killedText)]]),
  ].map((cells) => `| ${cells.join(' | ')} |`);
  const said = `${first.machine}, ${first.date.slice(0, 10)}, seed ${first.seed}, ${first.rounds} rounds: \`${command}\``;
  return [...lines, '', said].join('\n');
}
