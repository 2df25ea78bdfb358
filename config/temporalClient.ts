import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { toClientOptions } from '@temporalio/envconfig';
import { KontorError } from '../domain/errors.js';
import { required, type Env } from './env.js';
import { createPayloadCodec } from './payloadCodec.js';
import { isThisMachine } from './thisMachine.js';
import type { Tracing } from './tracing.js';

export interface TemporalClient {
  client: Client;
  close(): Promise<void>;
}

const FAILURE_CONVERTER = fileURLToPath(new URL('../workflows/failureConverter.cjs', import.meta.url));

/**
 * Encrypts what goes to Temporal where keys are set. Throws CONFIGURATION_INVALID for a server elsewhere without keys.
 */
export function dataConverterOf(env: Env): DataConverter | undefined {
  if (env.TEMPORAL_CODEC_KEYS !== undefined) {
    return { payloadCodecs: [createPayloadCodec(env.TEMPORAL_CODEC_KEYS)], failureConverterPath: FAILURE_CONVERTER };
  }
  // The embedded server, or a person's own; what it keeps stays readable in its Web UI.
  if (isThisMachine(required(env, 'TEMPORAL_ADDRESS'))) return undefined;
  throw new KontorError(
    'CONFIGURATION_INVALID',
    'Set TEMPORAL_CODEC_KEYS: what a Temporal server elsewhere keeps is encrypted. `kontor codec key` makes a key.',
  );
}

/** The address, namespace, key, TLS and encryption of the configuration in the form Temporal's own profiles have. */
export function temporalOptions(env: Env) {
  const { connectionOptions, namespace } = toClientOptions({
    address: required(env, 'TEMPORAL_ADDRESS'),
    namespace: env.TEMPORAL_NAMESPACE,
    ...(env.TEMPORAL_API_KEY === undefined ? {} : { apiKey: env.TEMPORAL_API_KEY }),
    ...(env.TEMPORAL_TLS === undefined ? {} : { tls: { disabled: env.TEMPORAL_TLS === 'false' } }),
  });
  const dataConverter = dataConverterOf(env);
  return {
    connectionOptions,
    options: {
      namespace: namespace ?? env.TEMPORAL_NAMESPACE,
      ...(dataConverter === undefined ? {} : { dataConverter }),
    },
  };
}

/**
 * Connects a client, which compresses nothing by itself; throws when the server does not answer within `patienceMs` (10 s unless
 * given).
 */
export async function connectTemporal(
  env: Env,
  { tracing = null, patienceMs }: { tracing?: Tracing | null; patienceMs?: number } = {},
): Promise<TemporalClient> {
  const { connectionOptions, options } = temporalOptions(env);
  const { address, tls, apiKey, metadata } = connectionOptions;
  const connection = await Connection.connect({
    ...(address === undefined ? {} : { address }),
    ...(patienceMs === undefined ? {} : { connectTimeout: patienceMs }),
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  });
  const interceptors = tracing === null ? {} : { interceptors: { workflow: [tracing.client] } };
  return { client: new Client({ connection, ...options, ...interceptors }), close: () => connection.close() };
}
