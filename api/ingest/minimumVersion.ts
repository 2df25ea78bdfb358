import { compareVersions, productByCode, type Product } from '../../domain/catalog/index.js';
import { KontorError } from '../../domain/errors.js';

/** The product of a site that exists, so one the catalogue must have. */
export function requireProductByCode(code: string): Product {
  const product = productByCode(code);
  if (product === undefined) throw new KontorError('INTERNAL', `The catalogue has no product "${code}".`);
  return product;
}

/** Oldest version of the product that a programme takes at an activation. */
export function minimumVersionOf(product: Product): string {
  return product.minimumVersion;
}

/** What a site is told about its version at every message. `seen` is the version it named last. */
export function versionAdvice(product: Product, seen: string): { minimumVersion: string; belowMinimum: boolean } {
  const minimumVersion = minimumVersionOf(product);
  return { minimumVersion, belowMinimum: compareVersions(seen, minimumVersion) < 0 };
}
