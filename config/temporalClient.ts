import { Client, Connection } from '@temporalio/client';
import { toClientOptions } from '@temporalio/envconfig';
import { required, type Env } from './env.js';

export interface TemporalClient {
  client: Client;
  close(): Promise<void>;
}

/** The address, namespace, key and TLS of the configuration in the form Temporal's own profiles have. */
export function temporalOptions(env: Env) {
  const { connectionOptions, namespace } = toClientOptions({
    address: required(env, 'TEMPORAL_ADDRESS'),
    namespace: env.TEMPORAL_NAMESPACE,
    ...(env.TEMPORAL_API_KEY === undefined ? {} : { apiKey: env.TEMPORAL_API_KEY }),
    ...(env.TEMPORAL_TLS === undefined ? {} : { tls: { disabled: env.TEMPORAL_TLS === 'false' } }),
  });
  return { connectionOptions, namespace: namespace ?? env.TEMPORAL_NAMESPACE };
}

/** Connects a client, which compresses nothing by itself; throws when the server does not answer. */
export async function connectTemporal(env: Env): Promise<TemporalClient> {
  const { connectionOptions, namespace } = temporalOptions(env);
  const { address, tls, apiKey, metadata } = connectionOptions;
  const connection = await Connection.connect({
    ...(address === undefined ? {} : { address }),
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  });
  return { client: new Client({ connection, namespace }), close: () => connection.close() };
}
