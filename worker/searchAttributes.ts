import type { Client } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../workflows/searchAttributes.js';

/** `temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD` */
const KEYWORD = 2;

/** Registers the search attributes that are missing; those that are there stay. Safe from many workers at once. */
export async function registerSearchAttributes(client: Client): Promise<void> {
  const operator = client.connection.operatorService;
  const namespace = client.options.namespace;
  const known = await operator.listSearchAttributes({ namespace });
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !(name in known.customAttributes));
  if (missing.length === 0) return;
  try {
    await operator.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(({ name }) => [name, KEYWORD])),
    });
  } catch (error) {
    const now = await operator.listSearchAttributes({ namespace });
    if (missing.some(({ name }) => !(name in now.customAttributes))) throw error;
  }
}
