/**
 * The configuration: one schema, the only reader of process.env. Every variable is optional; what is missing is replaced
 * by an embedded default where the command starts one (`kontor up`, `kontor demo`). docker-compose.yml is kept in step
 * with this schema by a test.
 */
import { once } from 'node:events';
import { z } from 'zod';
import { KontorError } from '../domain/errors.js';
import { encryptionKeys } from './encryptionKeys.js';
import { WORKER_ROLES } from '../domain/workerRole.js';
import { FAILPOINT_SPEC } from './failpoints.js';

const port = z.coerce.number().int().min(0).max(65535);
/** What stands in it as %41 is read as such: with a % that begins no character nobody can sign in. */
function isDecodable(address: string): boolean {
  if (!URL.canParse(address)) return true;
  const { username, password } = new URL(address);
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

const database = z
  .url({ protocol: /^postgres(ql)?$/ })
  .refine(isDecodable, 'a % in its name or password is written %25')
  .optional();
const count = z.coerce.number().int().min(1).max(1000);

export const ENV_SCHEMA = z.object({
  DATABASE_URL: database.describe('PostgreSQL 18 as the login role kontor_app'),
  DATABASE_OWNER_URL: database.describe('PostgreSQL as the owner of the schema: `kontor migrate` only'),
  DATABASE_POOL: count.default(12).describe('Connections a process holds at most'),
  TEMPORAL_ADDRESS: z.string().min(1).optional().describe('host:port of a Temporal frontend'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default').describe('Namespace of the Temporal service'),
  TEMPORAL_API_KEY: z.string().min(1).optional().describe('Key for Temporal Cloud'),
  TEMPORAL_TLS: z.enum(['true', 'false']).optional().describe('TLS towards Temporal; an API key implies it'),
  TEMPORAL_CODEC_KEYS: encryptionKeys
    .optional()
    .describe('Keys that encrypt what Temporal keeps, ID=KEY, the newest first; needed unless it runs on this machine'),
  TEMPORAL_TASK_QUEUE: z.string().min(1).default('kontor').describe('Task queue of workers and clients'),
  WORKER_ROLES: z
    .string()
    .default(WORKER_ROLES.join(','))
    .transform((text) => text.split(',').map((role) => role.trim()))
    .pipe(z.array(z.enum(WORKER_ROLES)).min(1))
    .describe('What a worker serves, with commas between: main (workflows, database), render, mail'),
  TEMPORAL_CLI: z.string().min(1).optional().describe('Path of the temporal binary for the embedded server'),
  SECRET_KEYS: encryptionKeys
    .optional()
    .describe(
      'Keys that encrypt secrets of authenticators and identity providers in the database, as above; the API needs one',
    ),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/ })
    .optional()
    .describe('Mail relay, such as smtp://user:pass@host:587'),
  SMTP_TLS: z
    .enum(['required', 'optional'])
    .optional()
    .describe('`optional`: mail also goes to a relay without TLS; default: required, except on this machine'),
  MAIL_FROM: z.email().default('kontor@kontor.example').describe('Sender of every mail'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      "Address of the API as mails name it; by another name than this, or this machine's, nobody gets an answer",
    ),
  RATES_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Folder of the central bank's feed, such as https://www.ecb.europa.eu/stats/eurofxref"),
  KONTOR_LOCAL_LOGIN: z
    .enum(['on', 'off'])
    .default('on')
    .describe('`off`: one signs in through identity providers alone, without passwords'),
  RELEASES_DIR: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the files of software releases, one for all processes of the API; without it none is taken'),
  RELEASE_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .default(2_147_483_648)
    .describe('Bytes that the file of a release has at most'),
  HOST: z.string().default('127.0.0.1').describe('Address the API listens on'),
  PORT: port.default(3000).describe('Port of the API; another is taken where it is busy'),
  GUESSES_PER_MINUTE: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(120)
    .describe('Passwords, codes and links of mails that one host may try in a minute'),
  SIGN_UPS_PER_HOUR: z.coerce.number().int().min(1).max(1_000_000).default(60).describe('Sign-ups taken from one host'),
  TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('Proxies in front of the API, whose X-Forwarded-For is believed'),
  METRICS_PORT: port
    .default(0)
    .describe('Port of HOST on which a worker or the API answers /readyz and /metrics; 0: none'),
  START_PATIENCE_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(600)
    .describe('Seconds that a worker which starts waits for a database or a Temporal that does not answer'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Collector that traces are sent to (OTLP over HTTP), such as http://collector:4318; without one: none'),
  RENDER_THREADS: count.optional().describe('Threads that render documents; default: the number of cores, at most 4'),
  KONTOR_FAILPOINT: z
    .string()
    .regex(FAILPOINT_SPEC)
    .optional()
    .describe('For trying faults alone: a worker fails there (docs/faults.md)'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('How much is logged; `debug` also prints stack traces of failed commands'),
});

export type Env = z.infer<typeof ENV_SCHEMA>;

/** Reads and checks the environment; throws CONFIGURATION_INVALID naming each variable that is off. */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = ENV_SCHEMA.safeParse(given);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.'),
    code: 'CONFIGURATION_INVALID',
    message: issue.message,
  }));
  const list = fields.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new KontorError('CONFIGURATION_INVALID', `The environment is not usable: ${list}`, fields);
}

/** The variable or CONFIGURATION_INVALID: for processes that cannot start an embedded default. */
export function required<K extends keyof Env>(env: Env, name: K): NonNullable<Env[K]> {
  const value = env[name];
  if (value === undefined) {
    throw new KontorError('CONFIGURATION_INVALID', `Set ${name}: this process starts no embedded services.`);
  }
  return value;
}

/** The environment of a child process: ours, with these variables set (an empty one counts as not given). */
export function childEnvironment(changes: Partial<Record<keyof Env, string>>): Record<string, string | undefined> {
  return { ...process.env, ...changes };
}

/** Argument of a process whose parent sends what leads to the services as a message, once it knows it. */
export const ENV_FOLLOWS = '--env-follows';

/** Like `readEnv`, with what the parent sends where it said that something follows. */
export async function receiveEnv(): Promise<Env> {
  if (!process.argv.includes(ENV_FOLLOWS)) return readEnv();
  process.channel?.ref();
  const [sent] = (await once(process, 'message')) as [unknown];
  process.channel?.unref();
  return readEnv(childEnvironment(z.record(z.string(), z.string()).parse(sent)));
}
