/**
 * Reference client of the sites' protocol (docs/protocol.md) in TypeScript, on Node alone: copy it. As a module it signs and
 * sends; as a program:
 *
 *     kontor.js --vectors FILE
 *     kontor.js activate STATE URL KEY PRODUCT VERSION
 *     kontor.js check-in STATE COUNTS
 *     kontor.js report STATE PERIOD LINES [REVISION]
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

async function activate([state = '', url = '', key = '', product = '', productVersion = '']: string[]) {
  const privateKey = await keyOf(state);
  const installationId = await installationIdOf(state);
  const signingKey = { publicKey: publicKeyOf(privateKey) };
  const message = { version: 1, key, installationId, product, productVersion, signingKey };
  const answer = await deliver(url, '/v1/site/activations', Buffer.from(JSON.stringify(message)), () =>
    Promise.resolve({}),
  );
  const { siteId, signingKeyId } = JSON.parse(answer) as Installation;
  const known: Installation = { url, siteId, installationId, signingKeyId };
  await writeFile(join(state, 'site.json'), `${JSON.stringify(known, null, 2)}\n`);
  return answer;
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

async function checkIn([state = '', file = '']: string[]) {
  const counts: unknown = JSON.parse(await readFile(file, 'utf8'));
  const now = iso(ownNow());
  return send(state, '/v1/site/check-ins', { version: 1, sentAt: now, checkIns: [{ observedAt: now, counts }] });
}

async function report([state = '', period = '', file = '', revision = '1']: string[]) {
  const lines: unknown = JSON.parse(await readFile(file, 'utf8'));
  const message = { version: 1, sentAt: iso(ownNow()), period, revision: Number(revision), lines };
  return send(state, '/v1/site/usage-reports', message, period);
}

interface Vectors {
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
  for (const clock of vectors.clocks) if (clockOffsetMs(clock) !== clock.offsetMs) wrong.push(`clock ${clock.asked}`);
  if (wrong.length > 0) throw new Error(`Not as the vectors say: ${wrong.join(', ')}`);
  return `${vectors.messages.length} messages and ${vectors.clocks.length} clocks as they should be`;
}

const COMMANDS: Record<string, { run: (args: string[]) => Promise<string>; least: number }> = {
  '--vectors': { run: checkVectors, least: 1 },
  activate: { run: activate, least: 5 },
  'check-in': { run: checkIn, least: 2 },
  report: { run: report, least: 3 },
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
