import { compareVersions, productByCode, type Product } from '../../domain/catalog/index.js';
import { KontorError } from '../../domain/errors.js';

/** The product of a site that exists, so one the catalogue must have. */
export function requireProductByCode(code: string): Product {
  const product = productByCode(code);
  if (product === undefined) throw new KontorError('INTERNAL', `The catalogue has no product "${code}".`);
  return product;
}

/**
 * What a site is told about its version at every message. `set`: the oldest one its programme takes, null for the
 * catalogue's; `seen`: the version it named last.
 */
export function versionAdvice(
  product: Product,
  set: string | null,
  seen: string,
): { minimumVersion: string; belowMinimum: boolean } {
  const minimumVersion = set ?? product.minimumVersion;
  return { minimumVersion, belowMinimum: compareVersions(seen, minimumVersion) < 0 };
}
