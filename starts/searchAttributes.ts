/**
 * The search attributes that workflows and schedules carry, in Temporal's own list. `kontor migrate` registers them; a worker
 * only looks. Where Temporal refuses to be told (Temporal Cloud), a person registers them.
 */
import { isGrpcServiceError, type Client } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../workflows/searchAttributes.js';

const TYPES = proto.temporal.api.enums.v1.IndexedValueType;
const KEYWORD = 'Keyword';
const ALL_NAMES: readonly string[] = SEARCH_ATTRIBUTES.map(({ name }) => name);
/** PERMISSION_DENIED, UNIMPLEMENTED: Temporal Cloud lets nobody list or register by this way, whatever the key may do. */
const REFUSED: readonly number[] = [7, 12];

/** `found` is the type it has there, null where there is none of that name. All of them have to be of type Keyword. */
export interface AttributeFault {
  name: string;
  found: string | null;
}

/** `unknown`: this Temporal tells nobody which attributes it has. */
export type AttributeFaults = readonly AttributeFault[] | 'unknown';

/** What a failed step of Temporal's clients failed with, from the server. */
function isRefusal(error: unknown): boolean {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  return isGrpcServiceError(cause) && REFUSED.includes(cause.code);
}

/** `INDEXED_VALUE_TYPE_KEYWORD_LIST` as people write it: KeywordList. */
function typeName(type: number): string {
  const words = (TYPES[type] ?? 'INDEXED_VALUE_TYPE_UNSPECIFIED').slice('INDEXED_VALUE_TYPE_'.length).split('_');
  return words.map((word) => word.charAt(0) + word.slice(1).toLowerCase()).join('');
}

/** Name and type of each that is registered; null where the server does not say. */
async function registered(client: Client): Promise<Map<string, string> | null> {
  const { connection, options } = client;
  const { namespace } = options;
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return new Map(Object.entries(customAttributes).map(([name, type]) => [name, typeName(type)]));
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  // The columns behind them, such as Keyword01, with the names they have in this namespace.
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  const aliases = Object.entries(config?.customSearchAttributeAliases ?? {});
  if (aliases.length === 0) return null;
  return new Map(aliases.map(([column, name]) => [name, column.replace(/\d+$/, '')]));
}

/** Those that are missing or of another type. Throws where Temporal does not answer. */
export async function attributeFaults(client: Client): Promise<AttributeFaults> {
  const known = await registered(client);
  if (known === null) return 'unknown';
  return SEARCH_ATTRIBUTES.map(({ name }) => ({ name, found: known.get(name) ?? null })).filter(
    ({ found }) => found !== KEYWORD,
  );
}

/**
 * Registers those that are missing; those that are there stay, of whatever type. Returns the names of the new ones, or
 * `refused` where Temporal lets nobody do so by this way. Safe from many places at once.
 */
export async function registerSearchAttributes(client: Client): Promise<readonly string[] | 'refused'> {
  const missingOf = (faults: AttributeFaults) =>
    faults === 'unknown' ? ALL_NAMES : faults.flatMap(({ name, found }) => (found === null ? [name] : []));
  const missing = missingOf(await attributeFaults(client));
  if (missing.length === 0) return [];
  try {
    await client.connection.operatorService.addSearchAttributes({
      namespace: client.options.namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, TYPES.INDEXED_VALUE_TYPE_KEYWORD])),
    });
    return missing;
  } catch (error) {
    if (isRefusal(error)) return 'refused';
    if (missingOf(await attributeFaults(client)).length > 0) throw error;
    return [];
  }
}

/** What a person types or clicks where Temporal lets nobody register them by the way that Kontor takes. */
export function registerByHand(namespace: string, names: readonly string[] = ALL_NAMES): string {
  const flags = names.map((name) => `--search-attribute "${name}=${KEYWORD}"`).join(' ');
  return (
    `In Temporal Cloud: \`tcld namespace search-attributes add --namespace ${namespace} ${flags}\`, or the namespace's page, ` +
    `or its Cloud Ops API; elsewhere: \`temporal operator search-attribute create --namespace ${namespace}\` with ` +
    '`--name … --type Keyword` for each, as somebody who administers the server'
  );
}
