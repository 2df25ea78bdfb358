/**
 * Reference client of the sites' protocol (docs/protocol.md) in TypeScript, on Node alone: copy it. As a module it signs and
 * sends; as a program:
 *
 *     kontor.js --vectors FILE
 *     kontor.js activate STATE URL KEY PRODUCT VERSION
 *     kontor.js check-in STATE COUNTS
 *     kontor.js report STATE PERIOD LINES [REVISION]
 *     kontor.js check-in-file STATE FILE COUNTS
 *     kontor.js report-file STATE FILE PERIOD LINES [REVISION]
 *     kontor.js verify FILE PUBLIC_KEY
 *     kontor.js enrol STATE URL ACCOUNT TOKEN SITE PRODUCT VERSION
 *     kontor.js request-file STATE FILE KEY PRODUCT VERSION
 *     kontor.js response-file STATE FILE KONTORS_PUBLIC_KEY
 *
 * The ones with files need no network: they sign a message into a file that somebody carries, beside what is in it, and show a
 * file's messages, each with whether that key signed it. A request file asks for the activation of this very installation; its
 * response file is taken if Kontor signed it for the last request, and has not expired.
 *
 * STATE is a folder of the installation's own; COUNTS and LINES are JSON files. The answer goes to stdout. Exit status: 0 done,
 * 1 refused or not reached, 2 the call is wrong. KONTOR_CLOCK_OFFSET_S moves its own clock, for trying.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a signature says of its message. */
export interface Claims {
  /** Of the signing key, as the activation answered. */
  kid: string;
  /** Seconds since 1970 by Kontor's clock. */
  iat: number;
  /** Never the same twice, 16 to 64 characters. */
  nonce: string;
  /** `YYYY-MM`: the month reported, of check-ins the UTC month of signing. */
  period: string;
  path: string;
  site: string;
}

/** The value of the header Kontor-Signature: a detached JWS over the body's bytes as they are (RFC 7797). */
export function signatureOf(body: Uint8Array, claims: Claims, privateKey: KeyObject): string {
  const { kid, iat, nonce, period, path, site } = claims;
  const header = { alg: 'EdDSA', b64: false, crit: ['b64'], kid, iat, nonce, period, path, site };
  const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
  const signed = sign(null, Buffer.concat([Buffer.from(`${encoded}.`), body]), privateKey);
  return `${encoded}..${signed.toString('base64url')}`;
}

/** How many milliseconds Kontor's clock is ahead of ours, as the middle of question and answer says; all in milliseconds. */
export function clockOffsetMs({ asked, answered, now }: { asked: number; answered: number; now: number }): number {
  return now - (asked + answered) / 2;
}

/** The raw public key of a private one, 32 bytes in base64url. */
export function publicKeyOf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '';
}

/** Kontor refused a message: sending it again changes nothing. */
class Refused extends Error {}

interface Installation {
  url: string;
  siteId: string;
  installationId: string;
  signingKeyId: string;
}

const TRIES = 5;
/** After the first, second, … try that reached nobody. */
const WAITS_MS = [500, 1_000, 2_000, 4_000];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Our own clock, which may be wrong: what we say of ourselves goes by it. */
const ownNow = () => Date.now() + Number(process.env.KONTOR_CLOCK_OFFSET_S ?? 0) * 1_000;
const iso = (ms: number) => new Date(ms).toISOString();

async function kontorClockOffset(url: string): Promise<number> {
  const asked = ownNow();
  const response = await fetch(`${url}/v1/site/time`);
  const { now } = (await response.json()) as { now: string };
  return clockOffsetMs({ asked, answered: ownNow(), now: Date.parse(now) });
}

/** Whatever stands between us and Kontor may answer in other words. */
function codeOf(problem: string): string | undefined {
  try {
    return (JSON.parse(problem) as { code?: string }).code;
  } catch {
    return undefined;
  }
}

/**
 * Sends a body until Kontor has answered it: the same bytes each time, which Kontor tells from new ones, `headers` made anew for
 * each try. Throws `Refused` with the answer.
 */
async function deliver(url: string, path: string, body: Buffer, headers: () => Promise<Record<string, string>>) {
  for (let tries = 0; ; tries += 1) {
    let wait = WAITS_MS[tries] ?? 0;
    let problem: string;
    try {
      const signed = await headers();
      const response = await fetch(url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed },
        body: new Uint8Array(body),
      });
      problem = await response.text();
      if (response.ok) return problem;
      const code = codeOf(problem);
      const again = response.status >= 500 || response.status === 429;
      // Signed anew both are cured.
      if (!again && code !== 'SIGNATURE_EXPIRED' && code !== 'NONCE_REUSED') throw new Refused(problem);
      wait = Math.max(wait, Number(response.headers.get('retry-after') ?? 0) * 1_000);
    } catch (error) {
      if (error instanceof Refused) throw error;
      problem = String(error);
    }
    if (tries + 1 >= TRIES) throw new Error(`Not delivered after ${TRIES} tries: ${problem}`);
    await pause(wait);
  }
}

async function keyOf(state: string): Promise<KeyObject> {
  const file = join(state, 'key.pem');
  try {
    return createPrivateKey(await readFile(file));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  await mkdir(state, { recursive: true, mode: 0o700 });
  await writeFile(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
  return privateKey;
}

/** The same installation and key each time: an activation whose answer was lost is asked for again. */
async function installationIdOf(state: string): Promise<string> {
  const file = join(state, 'installation-id');
  try {
    await writeFile(file, randomUUID(), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return (await readFile(file, 'utf8')).trim();
}

/** What an installation says of itself, however it is activated. */
async function activationOf(state: string, product: string, productVersion: string) {
  const privateKey = await keyOf(state);
  const installationId = await installationIdOf(state);
  return { version: 1, installationId, product, productVersion, signingKey: { publicKey: publicKeyOf(privateKey) } };
}

async function keepSite(state: string, known: Installation): Promise<void> {
  await writeFile(join(state, 'site.json'), `${JSON.stringify(known, null, 2)}\n`);
}

async function sendActivation(state: string, url: string, path: string, message: { installationId: string }) {
  const answer = await deliver(url, path, Buffer.from(JSON.stringify(message)), () => Promise.resolve({}));
  const { siteId, signingKeyId } = JSON.parse(answer) as Installation;
  await keepSite(state, { url, siteId, installationId: message.installationId, signingKeyId });
  return answer;
}

async function activate([state = '', url = '', key = '', product = '', productVersion = '']: string[]) {
  const message = { key, ...(await activationOf(state, product, productVersion)) };
  return sendActivation(state, url, '/v1/site/activations', message);
}

/** Without a key: by the MSP's account and a token that it made. */
async function enrol([state = '', url = '', account = '', token = '', siteName = '', ...product]: string[]) {
  const message = { account, token, siteName, ...(await activationOf(state, product[0] ?? '', product[1] ?? '')) };
  return sendActivation(state, url, '/v1/site/enrolments', message);
}

async function send(state: string, path: string, message: object, period?: string): Promise<string> {
  const { url, siteId, signingKeyId } = JSON.parse(await readFile(join(state, 'site.json'), 'utf8')) as Installation;
  const privateKey = await keyOf(state);
  const body = Buffer.from(JSON.stringify(message));
  return deliver(url, path, body, async () => {
    const now = ownNow() + (await kontorClockOffset(url));
    const claims = {
      ...{ kid: signingKeyId, iat: Math.floor(now / 1_000), nonce: randomBytes(16).toString('base64url') },
      ...{ period: period ?? iso(now).slice(0, 7), path, site: siteId },
    };
    return { 'kontor-signature': signatureOf(body, claims, privateKey) };
  });
}

async function checkInOf(file: string) {
  const counts: unknown = JSON.parse(await readFile(file, 'utf8'));
  const now = iso(ownNow());
  return { version: 1, sentAt: now, checkIns: [{ observedAt: now, counts }] };
}

async function reportOf(period: string, file: string, revision: string) {
  const lines: unknown = JSON.parse(await readFile(file, 'utf8'));
  return { version: 1, sentAt: iso(ownNow()), period, revision: Number(revision), lines };
}

async function checkIn([state = '', file = '']: string[]) {
  return send(state, '/v1/site/check-ins', await checkInOf(file));
}

async function report([state = '', period = '', file = '', revision = '1']: string[]) {
  return send(state, '/v1/site/usage-reports', await reportOf(period, file, revision), period);
}

/** A file of signed messages, whose bodies are in base64url. */
interface UsageFile {
  version: 1;
  messages: { body: string; signature: string }[];
}

async function usageFileAt(path: string): Promise<UsageFile> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as UsageFile;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { version: 1, messages: [] };
    throw error;
  }
}

/** Signs by our own clock: there is no other. */
async function signInto(state: string, path: string, kind: string, message: object, period?: string): Promise<string> {
  const { siteId, signingKeyId } = JSON.parse(await readFile(join(state, 'site.json'), 'utf8')) as Installation;
  const body = Buffer.from(JSON.stringify(message));
  const claims = {
    ...{ kid: signingKeyId, iat: Math.floor(ownNow() / 1_000), nonce: randomBytes(16).toString('base64url') },
    ...{ period: period ?? iso(ownNow()).slice(0, 7), path: `file:/v1/site/${kind}`, site: siteId },
  };
  const file = await usageFileAt(path);
  file.messages.push({ body: body.toString('base64url'), signature: signatureOf(body, claims, await keyOf(state)) });
  await writeFile(path, `${JSON.stringify(file, null, 2)}\n`);
  return `${file.messages.length} messages in ${path}`;
}

async function checkInFile([state = '', path = '', file = '']: string[]) {
  return signInto(state, path, 'check-ins', await checkInOf(file));
}

async function reportFile([state = '', path = '', period = '', file = '', revision = '1']: string[]) {
  return signInto(state, path, 'usage-reports', await reportOf(period, file, revision), period);
}

/** DER of an Ed25519 public key, up to its 32 bytes. */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

function publicKeyFrom(publicKey: string): KeyObject {
  const der = Buffer.concat([SPKI_PREFIX, Buffer.from(publicKey, 'base64url')]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

/** Throws where the key did not sign one of them, after all of them were shown. */
async function verifyFile([path = '', publicKey = '']: string[]) {
  const key = publicKeyFrom(publicKey);
  const { messages } = JSON.parse(await readFile(path, 'utf8')) as UsageFile;
  const shown = messages.map(({ body, signature }) => {
    const [header = '', , signed = ''] = signature.split('.');
    const bytes = Buffer.from(body, 'base64url');
    const isSigned = verify(
      null,
      Buffer.concat([Buffer.from(`${header}.`), bytes]),
      key,
      Buffer.from(signed, 'base64url'),
    );
    const claims: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
    return { isSigned, claims, message: JSON.parse(bytes.toString()) as unknown };
  });
  const text = JSON.stringify(shown, null, 2);
  if (shown.length === 0 || shown.some(({ isSigned }) => !isSigned))
    throw new Error(`${text}\nNot signed by that key.`);
  return text;
}

/** What is carried to Kontor; only the answer to the last one is taken. */
async function requestFile([state = '', path = '', key = '', product = '', productVersion = '']: string[]) {
  const nonce = randomBytes(16).toString('base64url');
  const said = await activationOf(state, product, productVersion);
  await writeFile(path, `${JSON.stringify({ ...said, key, madeAt: iso(ownNow()), nonce }, null, 2)}\n`, {
    mode: 0o600,
  });
  await writeFile(join(state, 'request-nonce'), nonce);
  return `A request in ${path}: whoever has it has the key`;
}

/** A response file: bytes in base64url, and the detached JWS over them. */
export interface ResponseFile {
  body: string;
  signature: string;
}

/** What a machine holds an answer against. */
export interface AnswerExpected {
  installationId: string;
  /** Its own public key, and the nonce of its last request. */
  publicKey: string;
  nonce: string;
  /** By its own clock, in milliseconds. */
  now: number;
}

/** The answer of a response file, which Kontor signed for this request; throws with what is wrong. Kontor's key in base64url. */
export function answerOf({ body, signature }: ResponseFile, kontorsKey: string, expected: AnswerExpected) {
  const bytes = Buffer.from(body, 'base64url');
  const [header = '', detached, signed = ''] = signature.split('.');
  const said = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg?: string; b64?: boolean };
  const input = Buffer.concat([Buffer.from(`${header}.`), bytes]);
  const isSigned = verify(null, input, publicKeyFrom(kontorsKey), Buffer.from(signed, 'base64url'));
  if (said.alg !== 'EdDSA' || said.b64 !== false || detached !== '' || !isSigned) {
    throw new Error('Kontor did not sign this answer.');
  }
  const answer = JSON.parse(bytes.toString()) as Installation & AnswerExpected & { kind: string; expiresAt: string };
  const isOurs = answer.installationId === expected.installationId && answer.publicKey === expected.publicKey;
  if (answer.kind !== 'activation' || !isOurs) throw new Error('This answer is for another installation.');
  if (answer.nonce !== expected.nonce) throw new Error('This answer is for another request than the last one.');
  if (!(expected.now < Date.parse(answer.expiresAt))) throw new Error('This answer has expired: make a new request.');
  return answer;
}

async function responseFile([state = '', path = '', kontorsKey = '']: string[]) {
  const nonce = await readFile(join(state, 'request-nonce'), 'utf8');
  const installationId = await installationIdOf(state);
  const own = { installationId, publicKey: publicKeyOf(await keyOf(state)), nonce, now: ownNow() };
  const answer = answerOf(JSON.parse(await readFile(path, 'utf8')) as ResponseFile, kontorsKey, own);
  const { siteId, signingKeyId } = answer;
  await keepSite(state, { url: '', siteId, installationId, signingKeyId });
  return JSON.stringify(answer);
}

interface Vectors {
  answers: (ResponseFile & { name: string; nonce: string; now: string })[];
  refusedAnswers: (ResponseFile & { name: string; nonce: string; now: string })[];
  installationId: string;
  privateKey: string;
  publicKey: string;
  siteId: string;
  signingKeyId: string;
  messages: {
    name: string;
    path: string;
    period: string;
    iat: number;
    nonce: string;
    body: string;
    signature: string;
  }[];
  clocks: { asked: number; answered: number; now: number; offsetMs: number }[];
}

/** DER of an Ed25519 private key in PKCS #8, up to its 32 bytes. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

async function checkVectors([file = '']: string[]) {
  const vectors = JSON.parse(await readFile(file, 'utf8')) as Vectors;
  const der = Buffer.concat([PKCS8_PREFIX, Buffer.from(vectors.privateKey, 'base64url')]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const wrong = publicKeyOf(privateKey) === vectors.publicKey ? [] : ['publicKey'];
  for (const { name, body, signature, ...said } of vectors.messages) {
    const claims = { ...said, kid: vectors.signingKeyId, site: vectors.siteId };
    if (signatureOf(Buffer.from(body, 'base64url'), claims, privateKey) !== signature) wrong.push(name);
  }
  const isTaken = ({ nonce, now, ...file }: Vectors['answers'][number]) => {
    const { installationId, publicKey } = vectors;
    try {
      return (
        answerOf(file, publicKey, { installationId, publicKey, nonce, now: Date.parse(now) }).kind === 'activation'
      );
    } catch {
      return false;
    }
  };
  for (const answer of vectors.answers) if (!isTaken(answer)) wrong.push(answer.name);
  for (const answer of vectors.refusedAnswers) if (isTaken(answer)) wrong.push(answer.name);
  for (const clock of vectors.clocks) if (clockOffsetMs(clock) !== clock.offsetMs) wrong.push(`clock ${clock.asked}`);
  if (wrong.length > 0) throw new Error(`Not as the vectors say: ${wrong.join(', ')}`);
  return `${vectors.messages.length} messages and ${vectors.clocks.length} clocks as they should be`;
}

const COMMANDS: Record<string, { run: (args: string[]) => Promise<string>; least: number }> = {
  '--vectors': { run: checkVectors, least: 1 },
  activate: { run: activate, least: 5 },
  'check-in': { run: checkIn, least: 2 },
  report: { run: report, least: 3 },
  'check-in-file': { run: checkInFile, least: 3 },
  'report-file': { run: reportFile, least: 4 },
  verify: { run: verifyFile, least: 2 },
  enrol: { run: enrol, least: 7 },
  'request-file': { run: requestFile, least: 5 },
  'response-file': { run: responseFile, least: 3 },
};

async function main([name = '', ...args]: string[]): Promise<number> {
  const command = COMMANDS[name];
  if (command === undefined || args.length < command.least) {
    console.error(`usage: ${Object.keys(COMMANDS).join(' | ')}; see the head of this file`);
    return 2;
  }
  try {
    console.log(await command.run(args));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = await main(process.argv.slice(2));
